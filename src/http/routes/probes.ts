import { z } from 'zod';
import { describeError } from '../../errors.ts';
import { get, noQuery, Reply } from '../route.ts';
import { healthSchema, readinessSchema } from '../schemas.ts';

/** What supervisors and scrapers ask. */
export const probes = [
  get({
    path: '/livez',
    summary: 'Whether the process answers at all',
    query: noQuery,
    response: z.object({ live: z.literal(true) }),
    handle: async () => ({ live: true }),
  }),

  get({
    path: '/readyz',
    summary:
      'Whether Redis, root, socket and TCP stand: 503 when one does not. An absent model does not count',
    query: noQuery,
    response: readinessSchema,
    async handle({ workflow }) {
      const readiness = await workflow.readiness().catch((error: unknown) => ({
        ready: false,
        checks: { worker: { ok: false, found: describeError(error) } },
      }));
      return new Reply(readiness.ready ? 200 : 503, readiness);
    },
  }),

  get({
    path: '/health',
    summary: 'How everything is, in detail: always 200',
    query: noQuery,
    response: healthSchema,
    handle: ({ workflow }) =>
      workflow.health().catch((error: unknown) => ({ status: 'degraded', problem: describeError(error) })),
  }),

  get({
    path: '/metrics',
    summary: 'Prometheus metrics',
    query: noQuery,
    contentType: 'text/plain',
    response: z.string(),
    handle: ({ workflow }) => workflow.metrics(),
  }),
];
