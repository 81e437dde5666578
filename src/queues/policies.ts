/** How one queue retries, limits and forgets. Delays and ages say their unit. */
export interface QueuePolicy {
  name: string;
  /** attempts in all before the failure becomes an event */
  attempts: number;
  /** the first wait; doubled each time up to `backoffMaxMs`, with jitter of a half */
  backoffMs: number;
  backoffMaxMs: number;
  /** jobs at once in one process */
  concurrency: number;
  /** jobs at once in all processes together; undefined = no such limit */
  globalConcurrency?: number;
  /** at most `max` jobs in `durationMs`, over all processes */
  rate?: { max: number; durationMs: number };
  /** the newest first */
  newestFirst?: boolean;
  keepCompleted: { ageS: number; count: number };
  keepFailed: { ageS: number; count: number };
}

export interface QueueLimits {
  lmStudioConcurrency: number;
  lmStudioRequestsPerMinute: number | undefined;
  questionsAtOnce: number;
}

const hour = 3600;
// Longer than any relay could be late with an entry of a job that is done (R6b): the fence would refuse it anyway.
const keep = {
  keepCompleted: { ageS: 24 * hour, count: 5_000 },
  keepFailed: { ageS: 7 * 24 * hour, count: 5_000 },
};
const quick = { attempts: 5, backoffMs: 200, backoffMaxMs: 10_000 };

/** The one table of queues: retry, back-off, limit and retention. */
export function queuePolicies(limits: QueueLimits): QueuePolicy[] {
  const perMinute = limits.lmStudioRequestsPerMinute;
  return [
    {
      name: 'lm-studio',
      attempts: 3,
      backoffMs: 1_000,
      backoffMaxMs: 30_000,
      concurrency: limits.lmStudioConcurrency,
      globalConcurrency: limits.lmStudioConcurrency,
      // The change that was saved last is the one that somebody is looking at.
      newestFirst: true,
      ...(perMinute === undefined ? {} : { rate: { max: perMinute, durationMs: 60_000 } }),
      ...keep,
    },
    {
      name: 'agents',
      ...quick,
      concurrency: limits.questionsAtOnce,
      globalConcurrency: limits.questionsAtOnce,
      ...keep,
    },
    // One writer at a time keeps a root's edits in order; the sink's lock holds across processes.
    { name: 'documents', ...quick, concurrency: 1, ...keep },
    { name: 'analysis', ...quick, concurrency: 4, ...keep },
    { name: 'experiments', ...quick, concurrency: 1, ...keep },
    { name: 'timers', attempts: 1, backoffMs: 100, backoffMaxMs: 100, concurrency: 1, ...keep },
  ];
}
