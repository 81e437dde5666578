import { type TunableName, type TunableValue, tunables } from '../tunables/index.ts';
import type { Improvement } from './improvement.ts';

/** The one step that an improvement takes, with what the registry says of its tunable. */
export interface Step {
  name: TunableName;
  from: TunableValue;
  to: TunableValue;
  group: string;
  needsPerson: string | undefined;
}

export function stepOf({ id, tunables: steps }: Improvement): Step {
  const [step] = steps;
  if (step === undefined) throw new TypeError(`${id} changes nothing`);
  const { group, needsPerson }: { group: string; needsPerson?: string } = tunables[step.name];
  return { ...step, group, needsPerson };
}

/** True for a tunable that acts on the same outcome; a name that the registry has no more acts on none. */
export function isInGroup(name: string, group: string): boolean {
  return Object.entries(tunables).some(([known, definition]) => known === name && definition.group === group);
}
