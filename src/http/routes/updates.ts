import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { updateSchema } from '../../types/index.ts';
import { listQuery, waitMs } from '../query.ts';
import { get, noQuery, notFound, post, type Route } from '../route.ts';
import { pageOf } from '../schemas.ts';

/** Hunks are numbered from 1, in the order in which the update lists them. */
const hunks = z.array(z.number().int().min(1)).min(1).exactOptional();
/** who says so; the login of the worker's user where it is not said */
const by = z.string().min(1).exactOptional();
const wait = waitMs.default(30_000);

/** Updates of documents, and a person's word on them. */
export const updates: Route[] = [
  get({
    path: '/api/updates',
    summary: 'Updates, newest first; `state` narrows',
    query: listQuery,
    response: pageOf(updateSchema),
    handle: ({ workflow, query }) => workflow.listUpdates(query),
  }),

  get({
    path: '/api/updates/:id',
    summary: 'An update with its hunks',
    query: noQuery,
    response: updateSchema,
    async handle({ workflow, id }) {
      const update = await workflow.getUpdate(id);
      if (update === undefined) throw notFound('update', id, '/api/updates');
      return update;
    },
  }),

  post({
    path: '/api/updates/:id/approve',
    summary: 'Approve an update, or some of its hunks; answers when the outcome is final, or after `wait_ms`',
    body: z.object({ by, hunks, wait_ms: wait }),
    response: updateSchema,
    handle: ({ workflow, id, body, person }) =>
      workflow.approveUpdate(id, {
        by: body.by ?? person,
        waitMs: body.wait_ms,
        ...(body.hunks === undefined ? {} : { hunks: body.hunks }),
      }),
  }),

  post({
    path: '/api/updates/:id/reject',
    summary: 'Reject an update; it is not proposed again',
    body: z.object({ why: z.string().min(1).default('no reason given'), hunks, wait_ms: wait }),
    response: updateSchema,
    async handle({ workflow, id, body }) {
      if (body.hunks !== undefined) throw wholeOnly('rejected', 'approve the hunks that are wanted instead');
      return workflow.rejectUpdate(id, { why: body.why, waitMs: body.wait_ms });
    },
  }),

  post({
    path: '/api/updates/:id/undo',
    summary: 'Undo an applied update; answers the update that reverts it',
    body: z.object({ by, hunks, wait_ms: wait }),
    response: updateSchema,
    async handle({ workflow, id, body, person }) {
      return workflow.undoUpdate(id, {
        by: body.by ?? person,
        waitMs: body.wait_ms,
        ...(body.hunks === undefined ? {} : { hunks: body.hunks }),
      });
    },
  }),
];

function wholeOnly(verb: string, next: string): UserError {
  return new UserError(`single hunks cannot be ${verb} yet`, { code: 'not-supported', exitCode: 2, next });
}
