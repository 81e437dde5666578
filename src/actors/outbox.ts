import { z } from 'zod';
import { parentSchema } from './record.ts';

const event = z.looseObject({ type: z.string() });

/**
 * What a commit wants done outside it. An entry stays in the partition's outbox until it is done: `effect` and `revoke`
 * until their job is added, `send`, `start` and `end` until the receiver's own commit.
 */
export const outboxEntrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('effect'), src: z.string(), queue: z.string() }),
  z.object({ kind: z.literal('revoke'), fence: z.string(), src: z.string(), queue: z.string() }),
  z.object({ kind: z.literal('send'), from: z.string(), to: z.string(), event }),
  z.object({
    kind: z.literal('start'),
    machine: z.string(),
    input: z.unknown().optional(),
    parent: parentSchema,
  }),
  z.object({
    kind: z.literal('end'),
    parent: parentSchema,
    outcome: z.enum(['done', 'error']),
    value: z.unknown().optional(),
  }),
]);
export type OutboxEntry = z.infer<typeof outboxEntrySchema>;

export interface StoredEntry {
  id: string;
  entry: OutboxEntry;
  /** the dense number of a `send` from its sender to its receiver; 0 for others */
  number: number;
  /** ms since the epoch by Redis's clock */
  atMs: number;
}

/** The stored form is `<number>|<ms>|<json>`: the script writes the first two, which only it knows. */
export function parseEntry(id: string, stored: string): StoredEntry {
  const first = stored.indexOf('|');
  const second = stored.indexOf('|', first + 1);
  return {
    id,
    number: Number(stored.slice(0, first)),
    atMs: Number(stored.slice(first + 1, second)),
    entry: outboxEntrySchema.parse(JSON.parse(stored.slice(second + 1))),
  };
}
