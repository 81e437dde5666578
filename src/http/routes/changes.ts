import { z } from 'zod';
import { changeDetailSchema, changeSummarySchema } from '../../types/index.ts';
import type { WorkflowApi } from '../../workflow/api.ts';
import { listQuery } from '../query.ts';
import { get, noQuery, notFound, post, type Route } from '../route.ts';
import { pageOf } from '../schemas.ts';

/** Changes: an id is the name of its folder. */
export const changes: Route[] = [
  get({
    path: '/api/changes',
    summary: 'Active changes, newest first; `state` asks for others',
    query: listQuery,
    response: pageOf(changeSummarySchema),
    handle: ({ workflow, query }) => workflow.listChanges(query),
  }),

  get({
    path: '/api/changes/:id',
    summary: 'A change with its findings, questions and updates',
    query: noQuery,
    response: changeDetailSchema,
    async handle({ workflow, id }) {
      const change = await workflow.getChange(id);
      if (change === undefined) throw notFound('change', id, '/api/changes');
      return change;
    },
  }),

  action('process', 'Review a change again, now', (workflow, id) => workflow.processChange(id)),
  action('retry', 'Try a failed change again', (workflow, id) => workflow.retryChange(id)),
  action('cancel', 'Stop the work on a change', (workflow, id) => workflow.cancelChange(id)),
];

function action(
  name: string,
  summary: string,
  act: (workflow: WorkflowApi, id: string) => Promise<void>,
): Route {
  return post({
    path: `/api/changes/:id/${name}`,
    summary,
    body: z.object({}),
    response: changeDetailSchema,
    status: 202,
    async handle({ workflow, id }) {
      await act(workflow, id);
      return workflow.getChange(id);
    },
  });
}
