import { stepFrom, type TunableName, type TunableValue, tunables } from '../tunables/index.ts';
import { plannedPairs, sdOfShareDifference } from './confidence-sequence.ts';
import type { Prediction } from './improvement.ts';
import type { Insight } from './insight.ts';
import { nearMissInsight, repeatedInsight } from './insights/feature-use.ts';

/** One step of one tunable that an insight points at. */
export interface Candidate {
  tunable: TunableName;
  from: TunableValue;
  to: TunableValue;
  insight: string;
  predicted: Prediction;
}

const metric = 'share of questions that need a person';

/**
 * The step of a tunable that would have helped the very cases that an insight has seen, within the registry's bounds.
 * Undefined where too few would have been helped to be of interest, or fewer cases are known than it takes to tell.
 *
 * @param o.threshold the share of the measure that a gain must reach to be of interest
 */
export function candidateFrom(
  insight: Insight,
  o: { values: ReadonlyMap<TunableName, TunableValue>; threshold: number },
): Candidate | undefined {
  const helped = helpedBy(insight, o.values);
  const needed = insight.evidence.needed_person ?? 0;
  const { n } = insight;
  if (helped === undefined || helped.count === 0 || needed === 0) return undefined;
  const effect = helped.count / n;
  const relative = helped.count / needed;
  if (relative < o.threshold) return undefined;
  // Without a baseline as long as the trial there would be nothing to compare with.
  if (plannedPairs({ sd: sdOfShareDifference({ count: needed, n }), effect }) > n) return undefined;
  const { tunable, from, to, derivedFrom } = helped;
  const predicted = { metric, effect, relative, n, derived_from: derivedFrom };
  return { tunable, from, to, insight: insight.id, predicted };
}

interface Helped {
  tunable: TunableName;
  from: TunableValue;
  to: TunableValue;
  count: number;
  derivedFrom: string;
}

function helpedBy(insight: Insight, values: ReadonlyMap<TunableName, TunableValue>): Helped | undefined {
  const observations = insight.observations ?? [];
  if (insight.id === nearMissInsight) {
    const step = stepOf('questions.archivist_threshold', { values, direction: 'down' });
    if (step === undefined) return undefined;
    const count = observations.filter((covered) => covered >= step.to && covered < step.from).length;
    const derivedFrom = `the archivist's best passage covered ${step.to} to ${step.from} of ${count} of ${insight.n} questions; how many of those passages are right is not known`;
    return { ...step, count, derivedFrom };
  }
  if (insight.id === repeatedInsight) {
    const step = stepOf('questions.cache_timeout_s', { values, direction: 'up' });
    if (step === undefined) return undefined;
    const count = observations.filter((gap) => gap > step.from && gap <= step.to).length;
    const derivedFrom = `${count} of ${insight.n} questions were answered the same by a person again, ${step.from} to ${step.to} s after`;
    return { ...step, count, derivedFrom };
  }
  return undefined;
}

function stepOf(
  tunable: TunableName,
  o: { values: ReadonlyMap<TunableName, TunableValue>; direction: 'up' | 'down' },
): { tunable: TunableName; from: number; to: number } | undefined {
  const definition = tunables[tunable];
  const from = o.values.get(tunable);
  if (definition.kind !== 'number' || typeof from !== 'number') return undefined;
  const to = stepFrom(definition, from, o.direction);
  const inRange = from >= definition.min && from <= definition.max;
  return to === from || !inRange ? undefined : { tunable, from, to };
}
