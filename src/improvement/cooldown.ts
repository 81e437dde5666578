import type { ImprovementRecord } from './improvement.ts';

const hourMs = 60 * 60 * 1000;
const afterKeptMs = 6 * hourMs;
const afterFailureMs = 24 * hourMs;
// Further doubling would be for ever.
const mostDoublings = 6;

/**
 * Until when a tunable is left alone, ms since the epoch: six hours after a gain, a day after a failure, twice as long
 * after each further one in a row.
 *
 * @param ended the ended improvements of one tunable, oldest first
 */
export function coolingUntilMs(ended: readonly ImprovementRecord[]): number {
  const last = ended.at(-1);
  if (last?.ended_at === undefined) return 0;
  const endedAtMs = Date.parse(last.ended_at);
  if (last.state === 'kept') return endedAtMs + afterKeptMs;
  const lastKept = ended.findLastIndex(({ state }) => state === 'kept');
  const failures = ended.length - 1 - lastKept;
  return endedAtMs + afterFailureMs * 2 ** Math.min(failures - 1, mostDoublings);
}
