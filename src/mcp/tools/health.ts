import { z } from 'zod';
import { answering } from '../call.ts';
import type { Face } from '../face.ts';
import { reading } from './shapes.ts';

const healthSchema = z.looseObject({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  root: z.string(),
  redis: z.looseObject({ origin: z.string(), ok: z.boolean(), notes: z.array(z.string()) }),
  model: z.looseObject({ state: z.string(), paused: z.boolean(), waiting: z.number() }),
  changes: z.record(z.string(), z.number()),
  questions_open: z.number(),
  updates_pending: z.number(),
  repeated_calls: z.number(),
});

/** `health`. */
export function addHealthTool(face: Face): void {
  face.server.registerTool(
    'health',
    {
      title: 'Health',
      description: 'How the worker is: Redis, model, changes, open questions and pending updates.',
      inputSchema: z.object({}),
      outputSchema: healthSchema,
      annotations: reading,
    },
    answering(face, async () => ({ ...(await face.workflow.health()) })),
  );
}
