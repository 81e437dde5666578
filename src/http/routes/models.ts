import { z } from 'zod';
import { post, type Route } from '../route.ts';

const paused = z.object({ paused: z.boolean() });

/** All use of models at once: work that needs one waits, and everything else goes on. */
export const models: Route[] = [
  post({
    path: '/api/pause',
    summary: 'Pause all use of models',
    body: z.object({}),
    response: paused,
    async handle({ workflow }) {
      await workflow.pauseModels();
      return { paused: true };
    },
  }),

  post({
    path: '/api/resume',
    summary: 'Resume the use of models',
    body: z.object({}),
    response: paused,
    async handle({ workflow }) {
      await workflow.resumeModels();
      return { paused: false };
    },
  }),
];
