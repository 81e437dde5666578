import { ConflictError } from '../../errors.ts';
import { absent, contentHash } from '../store/blob-store.ts';
import type { Intent } from './intent-journal.ts';
import { readRootFile, removeTemporary, restoreTemporary } from './root-file.ts';

/** What became of a write whose writer died. Null: nothing; it may be tried again. */
export type Settled = { kind: 'written' } | { kind: 'conflict'; why: string } | null;

/**
 * Tells by the file itself: it holds the new bytes (the write was done), the old ones (it was not), or something else.
 * A save of somebody else that the dead writer had exchanged out is put back first.
 */
export async function settle(
  root: string,
  { path, before, after, temporary }: Intent,
  resolveBlob: (hash: string) => Promise<Buffer>,
): Promise<Settled> {
  try {
    const found = contentHash(await readRootFile(root, path));
    const left = await readRootFile(root, beside(path, temporary));
    if (found === after && left !== undefined && contentHash(left) !== before) {
      const ours = after === absent ? undefined : await resolveBlob(after);
      const unfinished = ours?.subarray(0, left.length).equals(left) === true;
      if (!unfinished) {
        await restoreTemporary(root, path, { temporary, remove: after === absent });
        return null;
      }
    }
    if (left !== undefined) await removeTemporary(root, path, temporary);
    if (found === after) return { kind: 'written' };
    if (found === before) return null;
    return { kind: 'conflict', why: 'the file was changed while our write was interrupted' };
  } catch (error) {
    if (error instanceof ConflictError) return { kind: 'conflict', why: error.message };
    throw error;
  }
}

function beside(path: string, name: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) + name;
}
