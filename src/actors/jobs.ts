import type { QueuePolicy } from '../queues/index.ts';

/** What a job says: everything else stands in the actor's record, which is the truth. */
export type JobData =
  | { kind: 'effect'; actor: string; effect: string }
  | { kind: 'revoke'; actor: string; effect: string }
  | { kind: 'wake'; partition: number };

/** The queue of BullMQ jobs that wake the earliest timers. */
export const timersQueue = 'timers';

const keep = { ageS: 3600, count: 1000 };
const timersPolicy: QueuePolicy = {
  name: timersQueue,
  attempts: 1,
  backoffMs: 100,
  backoffMaxMs: 100,
  concurrency: 1,
  keepCompleted: keep,
  keepFailed: keep,
};

/** The queues of a runtime: those of the options, and the one of timers where they leave it out. */
export function withTimers(policies: readonly QueuePolicy[]): QueuePolicy[] {
  return policies.some(({ name }) => name === timersQueue) ? [...policies] : [...policies, timersPolicy];
}
