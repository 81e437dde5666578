import { basename } from 'node:path';
import { UserError } from '../errors.ts';

/** The changes of these names, or of these paths of folders; all of them when none is named. */
export function chooseChanges<Change extends { id: string }>(
  ids: readonly string[],
  changes: readonly Change[],
): Change[] {
  if (ids.length === 0) return [...changes];
  return ids.map((id) => {
    // A person may complete the path of the folder in the shell.
    const name = basename(id);
    const change = changes.find((candidate) => candidate.id === name);
    if (change !== undefined) return change;
    throw new UserError('there is no such active change', {
      which: id,
      next: `one of: ${changes.map((candidate) => candidate.id).join(', ') || 'none is active'}`,
      exitCode: 2,
      code: 'not-found',
    });
  });
}
