/** What a job says: everything else stands in the actor's record, which is the truth. */
export type JobData =
  | { kind: 'effect'; actor: string; effect: string }
  | { kind: 'revoke'; actor: string; effect: string }
  | { kind: 'wake'; partition: number };

/** The queue of BullMQ jobs that wake the earliest timers. */
export const timersQueue = 'timers';
