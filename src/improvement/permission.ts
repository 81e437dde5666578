import { UserError } from '../errors.ts';
import type { Step } from './step.ts';

const personPrefix = 'person:';

/**
 * Whether somebody may put a step on trial.
 *
 * @param o.by `person:NAME`, or who else
 * @throws UserError `improving-off`, `needs-person`
 */
export function assertMayApply(
  id: string,
  o: { by: string; mode: 'off' | 'suggest' | 'auto'; step: Step },
): void {
  const { by, mode, step } = o;
  if (mode === 'off') {
    throw new UserError('improving is off', {
      which: id,
      why: 'feedback_loop.mode is off: specloop only measures itself',
      next: 'set feedback_loop.mode to suggest or auto',
      code: 'improving-off',
    });
  }
  if (by.startsWith(personPrefix)) return;
  const why = mode === 'suggest' ? 'feedback_loop.mode is suggest' : step.needsPerson;
  if (why === undefined) return;
  const next = `specloop approve ${id}`;
  throw new UserError('this improvement needs a person', { which: id, why, next, code: 'needs-person' });
}
