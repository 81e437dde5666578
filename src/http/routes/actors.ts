import { z } from 'zod';
import { listQuery } from '../query.ts';
import { get, noQuery, notFound, type Route } from '../route.ts';
import { actorHistorySchema, actorSchema, pageOf } from '../schemas.ts';

/** The durable actors behind everything. Their ids hold slashes: they stand in the path percent-encoded. */
export const actors: Route[] = [
  get({
    path: '/api/actors',
    summary: 'Actors, newest first; `machine` and `state` narrow',
    query: listQuery.extend({ machine: z.string().exactOptional() }),
    response: pageOf(actorSchema),
    handle: ({ workflow, query }) => workflow.listActors(query),
  }),

  get({
    path: '/api/actors/:id',
    summary: 'An actor',
    query: noQuery,
    response: actorSchema,
    async handle({ workflow, id }) {
      const actor = await workflow.getActor(id);
      if (actor === undefined) throw notFound('actor', id, '/api/actors');
      return actor;
    },
  }),

  get({
    path: '/api/actors/:id/history',
    summary: 'The transitions of an actor',
    query: noQuery,
    response: pageOf(actorHistorySchema),
    async handle({ workflow, id }) {
      if ((await workflow.getActor(id)) === undefined) throw notFound('actor', id, '/api/actors');
      return workflow.actorHistory(id);
    },
  }),
];
