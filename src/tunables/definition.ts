/** What a tunable may be set to. */
export type TunableValue = number | string;

interface Described {
  /** what it is, in one sentence for people */
  what: string;
  /** where in the code its value is read, and when a new one counts */
  takesEffect: string;
  /** tunables of one group act on the same outcome: only one of them is on trial at a time */
  group: string;
  /** why only a person may let it be changed; absent where `auto` may */
  needsPerson?: string;
}

/** A number between two bounds. */
export interface NumberTunable extends Described {
  kind: 'number';
  default: number;
  min: number;
  max: number;
  /** the largest difference of one step; on the log scale the largest factor */
  maxStep: number;
  scale: 'linear' | 'log';
}

/** One of a few words. */
export interface EnumTunable extends Described {
  kind: 'enum';
  default: string;
  values: readonly [string, ...string[]];
}

export type TunableDefinition = NumberTunable | EnumTunable;

// Steps are computed: the last bits of 0.8 - 0.1 are no reason to refuse one.
const rounding = 1e-9;

/** Why a value is none of this tunable's; undefined when it is one. */
export function outsideOf(definition: TunableDefinition, value: TunableValue): string | undefined {
  if (definition.kind === 'enum') {
    const { values } = definition;
    return typeof value === 'string' && values.includes(value)
      ? undefined
      : `expected one of ${values.join(', ')}`;
  }
  const { min, max } = definition;
  const inside = typeof value === 'number' && value >= min && value <= max;
  return inside ? undefined : `expected a number from ${min} to ${max}`;
}

/** Why the step from one value to the other is too large; undefined when it may be taken. */
export function tooLargeAStep(
  definition: TunableDefinition,
  { from, to }: { from: TunableValue; to: TunableValue },
): string | undefined {
  if (definition.kind === 'enum' || typeof from !== 'number' || typeof to !== 'number') return undefined;
  const { scale, maxStep } = definition;
  const step = scale === 'log' ? Math.max(to / from, from / to) : Math.abs(to - from);
  if (step <= maxStep * (1 + rounding)) return undefined;
  return scale === 'log'
    ? `one step is at most a factor of ${maxStep}`
    : `one step is at most ${maxStep} up or down`;
}

/** The value one whole step away, kept within the bounds. */
export function stepFrom(definition: NumberTunable, value: number, direction: 'up' | 'down'): number {
  const { scale, maxStep, min, max } = definition;
  const up = scale === 'log' ? value * maxStep : value + maxStep;
  const down = scale === 'log' ? value / maxStep : value - maxStep;
  const target = direction === 'up' ? up : down;
  return Math.min(max, Math.max(min, Number(target.toPrecision(12))));
}
