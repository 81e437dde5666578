import { confidenceSequence, firstLook, meanOf, sdOf, shrunken } from './confidence-sequence.ts';
import type { Measurement, Trial } from './improvement.ts';

export interface Seen {
  /** the measure since it was applied, one value an observation, oldest first */
  after: readonly number[];
  /** what must not get worse, since it was applied */
  overturned: { count: number; n: number };
  /** the prediction, in the unit of the measure */
  effect: number;
}

export interface Judgement {
  /** `inconclusive` goes on; the others are final */
  verdict: 'inconclusive' | 'keep' | 'harmful' | 'unproven';
  measured?: Measurement;
  why: string;
}

/** How much worse the share of overturned quotations may become: two points, as noise of a small number. */
const overturnedMargin = 0.02;

/**
 * What the observations say by now. Harm counts as soon as it is proven, a gain only when the planned number is reached;
 * what is still open when the budget is spent has not been proven. Pure: the same observations, the same judgement.
 *
 * Observations are paired in the order in which they came. That is honest as long as the work itself does not change;
 * where it drifts, only a replay of the same work can tell, so a person reads "since", never "because".
 */
export function judge(trial: Trial, seen: Seen): Judgement {
  const { baseline, planned_pairs: planned, budget_pairs: budget } = trial;
  const n = Math.min(seen.after.length, baseline.length, budget);
  const before = baseline.slice(baseline.length - Math.min(baseline.length, budget)).slice(0, n);
  const differences = before.map((value, at) => value - (seen.after[at] ?? 0));
  const overturned = seen.overturned.n === 0 ? 0 : seen.overturned.count / seen.overturned.n;
  const overturnedBefore = trial.overturned.n === 0 ? 0 : trial.overturned.count / trial.overturned.n;
  const measured = confidenceSequence(differences, { plannedN: planned, alpha: trial.alpha });
  const known = measured === undefined ? {} : { measured };
  if (seen.overturned.count > 0 && overturned > overturnedBefore + overturnedMargin) {
    const { count, n: of } = seen.overturned;
    return { verdict: 'harmful', why: `people undid ${count} of ${of} quotations written since`, ...known };
  }
  if (measured === undefined) {
    return { verdict: 'inconclusive', why: `${n} pairs, the first look is at ${firstLook}` };
  }
  if (measured.high < 0) return { verdict: 'harmful', measured, why: `worse by ${figures(measured)}` };
  if (n < planned)
    return {
      verdict: 'inconclusive',
      measured,
      why: `${n} of ${planned} planned pairs: ${figures(measured)}`,
    };
  const proof = proofOf(trial, { measured, differences, effect: seen.effect });
  if (proof.proven) {
    const why = `better by ${figures(measured)}${proof.why}`;
    const unguarded = trial.guarded && seen.overturned.n < firstLook;
    if (!unguarded) return { verdict: 'keep', measured, why };
    const missing = `${seen.overturned.n} quotations were written since, ${firstLook} are needed to see whether people undo them`;
    return { verdict: 'inconclusive', measured, why: `${why}; ${missing}` };
  }
  if (n >= Math.min(budget, baseline.length))
    return {
      verdict: 'unproven',
      measured,
      why: `${figures(measured)} after ${n} pairs, the last: ${proof.why}`,
    };
  const futile = measured.high < trial.threshold * meanOf(baseline);
  if (futile)
    return {
      verdict: 'unproven',
      measured,
      why: `at most ${round(measured.high)}: less than would be of interest`,
    };
  return { verdict: 'inconclusive', measured, why: `${n} pairs: ${figures(measured)}; ${proof.why}` };
}

/** `strict` also wants the gain to be as large as the threshold says, after the winner's curse is taken off. */
function proofOf(
  trial: Trial,
  o: { measured: Measurement; differences: readonly number[]; effect: number },
): { proven: boolean; why: string } {
  const { measured, differences, effect } = o;
  if (measured.low <= 0) return { proven: false, why: 'no effect is not ruled out' };
  if (trial.accept === 'accumulate') return { proven: true, why: '' };
  const { estimate, n } = measured;
  const fair = shrunken({ estimate, n, sd: sdOf(differences), scale: effect });
  const wanted = trial.threshold * meanOf(trial.baseline);
  const why = `; ${round(fair)} after shrinking, ${round(wanted)} wanted`;
  return { proven: fair >= wanted, why };
}

function figures({ estimate, low, high }: Measurement): string {
  return `${round(estimate)} (${round(low)} to ${round(high)})`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
