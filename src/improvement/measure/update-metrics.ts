import type { UpdateFacts } from '../facts/update-facts.ts';
import { countBy } from './grouping.ts';
import type { Metrics } from './metrics.ts';
import { type Share, secondsOf, shareOf } from './quantiles.ts';
import { isIn, type Window } from './reading.ts';

/** @param approvalsMs how long updates waited for a person's yes */
export function updateMetrics(
  updates: readonly UpdateFacts[],
  window: Window,
  approvalsMs: readonly number[],
): Metrics['updates'] {
  const own = updates.filter(({ reverts, end }) => reverts === undefined && end !== undefined);
  const ended = own.filter(({ end }) => end !== undefined && isIn(window, end.atMs));
  const undone = undoneIds(updates);
  const applied = ended.filter(({ end }) => end?.state === 'applied');
  const clean = applied.filter(({ id, applications }) => applications <= 1 && !undone.has(id));
  return {
    ends: countBy(ended.map(({ end }) => end?.state ?? '')),
    undone: shareOf(applied.filter(({ id }) => undone.has(id)).length, applied.length),
    first_pass: shareOf(clean.length, ended.length),
    archivist_overturned: overturnedQuotations(updates, window),
    seconds: secondsOf(ended.map(({ proposedAtMs, end }) => (end?.atMs ?? proposedAtMs) - proposedAtMs)),
    approval_seconds: secondsOf(approvalsMs),
  };
}

/** Of the archivist's quotations that were written in the window: how many have been undone since. */
export function overturnedQuotations(updates: readonly UpdateFacts[], window: Window): Share {
  const undone = undoneIds(updates);
  const written = updates.filter(
    ({ quotation, reverts, end }) =>
      quotation && reverts === undefined && end?.state === 'applied' && isIn(window, end.atMs),
  );
  return shareOf(written.filter(({ id }) => undone.has(id)).length, written.length);
}

function undoneIds(updates: readonly UpdateFacts[]): Set<string> {
  return new Set(
    updates.flatMap(({ reverts, end }) =>
      reverts !== undefined && end?.state === 'applied' ? [reverts] : [],
    ),
  );
}
