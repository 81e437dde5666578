import { mkdir } from 'node:fs/promises';
import { toError, UserError } from '../errors.ts';

/**
 * Makes a folder, and those above it, that only this user may enter.
 *
 * @throws UserError (exit 3) when it cannot be made
 */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause) => {
    throw new UserError('a folder of the state cannot be made', {
      which: path,
      why: toError(cause).message,
      next: 'make the folder above it writable for this user, or set SPECLOOP_STATE_DIR to one that is',
      exitCode: 3,
      code: 'state-dir-unusable',
      cause,
    });
  });
}
