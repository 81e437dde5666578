import { UserError } from '../errors.ts';
import type { TunableChange } from '../tunables/index.ts';
import { defaultAlpha, plannedPairs, sdOfShareDifference } from './confidence-sequence.ts';
import { type FeedbackAnalyzer, lookBackMs } from './feedback-analyzer.ts';
import type { Improvement, Trial } from './improvement.ts';
import { isInGroup, stepOf } from './step.ts';

export interface TrialTerms {
  /** when it is applied, ms since the epoch */
  atMs: number;
  /** every change of a tunable so far */
  changes: readonly TunableChange[];
  threshold: number;
  accept: 'strict' | 'accumulate';
}

/** How many pairs an open question may take, in planned ones. */
const budgetFactor = 2;

/**
 * Fixes how an improvement will be judged, before it is applied. The measure before it is looked at from the last change
 * of anything in the same group on, at most thirty days back.
 *
 * @throws UserError `too-early` when fewer cases are known than it takes to tell what it does
 */
export async function beginTrial(
  improvement: Improvement,
  analyzer: FeedbackAnalyzer,
  { atMs, changes, threshold, accept }: TrialTerms,
): Promise<Trial> {
  const { group, needsPerson } = stepOf(improvement);
  const changedAtMs = changes.filter(({ name }) => isInGroup(name, group)).map(({ at }) => Date.parse(at));
  const fromMs = Math.max(atMs - lookBackMs, ...changedAtMs);
  const { neededPerson, overturned } = await analyzer.outcomes({ fromMs, toMs: atMs });
  const n = neededPerson.length;
  const count = neededPerson.filter((needed) => needed === 1).length;
  const planned = plannedPairs({
    sd: sdOfShareDifference({ count, n }),
    effect: improvement.predicted.effect,
  });
  if (n < planned) {
    throw new UserError('it is too early to apply this improvement', {
      which: improvement.id,
      why: `${n} questions are known since the last change, ${planned} are needed to tell what it does`,
      next: 'wait for more questions',
      code: 'too-early',
    });
  }
  const budget = Math.min(n, planned * budgetFactor);
  return {
    applied_at_ms: atMs,
    alpha: defaultAlpha,
    planned_pairs: planned,
    budget_pairs: budget,
    threshold,
    accept,
    baseline: neededPerson.slice(-budget),
    guarded: needsPerson !== undefined,
    overturned: { count: overturned.count, n: overturned.n },
  };
}
