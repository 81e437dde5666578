import { z } from 'zod';

/**
 * The actor record: one Redis hash. Fields: `head` (seq.nonce of the commit that made it), `machine`, `version`,
 * `status`, `snapshot`, `value`, `since`, `parent`, `output`, `error`, `fences` (how many effects and children run), and
 * by prefix `f:<effect id>` a fence, `k:<client key>` a verdict, `tx:<actor>` and `rx:<actor>` the last number of events
 * sent to and taken from a peer.
 */

const effectFence = z.object({
  kind: z.literal('effect'),
  /** the invoke's id */
  id: z.string(),
  src: z.string(),
  input: z.unknown().optional(),
  queue: z.string(),
  irreversible: z.boolean(),
  phase: z.enum(['live', 'revoking']),
});
const childFence = z.object({
  kind: z.literal('child'),
  id: z.string(),
  machine: z.string(),
  input: z.unknown().optional(),
});
const timerFence = z.object({
  kind: z.literal('timer'),
  /** XState's send id: what `cancel` names */
  id: z.string(),
  /** delivered when it is due; `to` when it is a delayed send to another actor */
  event: z.looseObject({ type: z.string() }),
  to: z.string().optional(),
  delayMs: z.number(),
});

/** What may still report to an actor: exactly one result of each live fence is accepted. */
export const fenceSchema = z.discriminatedUnion('kind', [effectFence, childFence, timerFence]);
export type Fence = z.infer<typeof fenceSchema>;
export type EffectFence = z.infer<typeof effectFence>;
export type ChildFence = z.infer<typeof childFence>;

export const statusSchema = z.enum(['active', 'done', 'error', 'stopped', 'stopping']);
export type ActorStatus = z.infer<typeof statusSchema>;

export const parentSchema = z.object({ actor: z.string(), fence: z.string() });
export type Parent = z.infer<typeof parentSchema>;

/** `seq` of a head `<seq>.<nonce>`. */
export function seqOf(head: string): number {
  return Number(head.slice(0, head.indexOf('.')));
}

export interface ActorRecord {
  id: string;
  head: string;
  seq: number;
  machine: string;
  version: string;
  status: ActorStatus;
  /** the persisted snapshot, JSON */
  snapshot: string;
  value: string;
  /** ms since the epoch by Redis's clock: when the state's value changed last */
  sinceMs: number;
  parent: Parent | undefined;
  output: unknown;
  error: unknown;
  fences: Map<string, Fence>;
}

const recordSchema = z.looseObject({
  head: z.string(),
  machine: z.string(),
  version: z.string(),
  status: statusSchema,
  snapshot: z.string(),
  value: z.string(),
  since: z.coerce.number(),
  parent: z.string().optional(),
  output: z.string().optional(),
  error: z.string().optional(),
});

/** Parses the hash of an actor; undefined when there is none. Throws on a record that is not one of ours. */
export function parseRecord(id: string, fields: Record<string, string>): ActorRecord | undefined {
  if (fields.head === undefined) return undefined;
  const record = recordSchema.parse(fields);
  const fences = new Map<string, Fence>();
  for (const [field, value] of Object.entries(fields)) {
    if (field.startsWith('f:')) fences.set(field.slice(2), fenceSchema.parse(JSON.parse(value)));
  }
  return {
    id,
    head: record.head,
    seq: seqOf(record.head),
    machine: record.machine,
    version: record.version,
    status: record.status,
    snapshot: record.snapshot,
    value: record.value,
    sinceMs: record.since,
    parent: record.parent === undefined ? undefined : parentSchema.parse(JSON.parse(record.parent)),
    output: record.output === undefined ? undefined : JSON.parse(record.output),
    error: record.error === undefined ? undefined : JSON.parse(record.error),
    fences,
  };
}
