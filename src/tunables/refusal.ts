import { UserError } from '../errors.ts';
import { outsideOf, type TunableDefinition, type TunableValue, tooLargeAStep } from './definition.ts';
import { type TunableName, tunableNameSchema, tunables } from './registry.ts';

/** A step that the registry does not allow. `code` is `tunable-refused`. */
export function refused(name: string, why: string, next?: string): UserError {
  return new UserError('a tunable was not changed', {
    which: name,
    why,
    code: 'tunable-refused',
    ...(next === undefined ? {} : { next }),
  });
}

/** @throws UserError for a name that is not in the registry */
export function knownTunable(name: string): { name: TunableName; definition: TunableDefinition } {
  const parsed = tunableNameSchema.safeParse(name);
  if (!parsed.success) {
    throw refused(name, `it is no tunable; tunables are ${tunableNameSchema.options.join(', ')}`);
  }
  return { name: parsed.data, definition: tunables[parsed.data] };
}

/** @throws UserError for a value out of range, and for a step that is too large */
export function assertAllowed(name: string, step: { from: TunableValue; to: TunableValue }): void {
  const { definition } = knownTunable(name);
  // A person who configured something else than the registry foresees knows why.
  const odd = outsideOf(definition, step.from);
  if (odd !== undefined)
    throw refused(name, `its configured value ${step.from} is a person's choice: ${odd}`);
  const why = outsideOf(definition, step.to) ?? tooLargeAStep(definition, step);
  if (why !== undefined) throw refused(name, `${step.from} to ${step.to}: ${why}`);
}
