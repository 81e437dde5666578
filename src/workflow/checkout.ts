import { open } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { changedSince, openRepository, type Repository } from '../git/index.ts';

const longestEntryBytes = 4_096;

/**
 * Whether a change came by git (a switched branch, a pull, a reset) and not from somebody's editor: it stands exactly as
 * committed, and HEAD was last moved by something else than a commit. In doubt it is a person's.
 */
export async function cameByGit(root: string, change: string): Promise<boolean> {
  const repository = await openRepository(root);
  if (repository.kind === 'none') return false;
  const moved = await lastMoveOfHead(repository);
  if (moved === undefined || moved.startsWith('commit')) return false;
  const folder = relative(repository.topLevel, join(root, 'changes', change));
  return (await changedSince(repository, 'HEAD', folder)).length === 0;
}

/** What git's own log says of the last move: `checkout: moving from main to feature`. Undefined where it keeps none. */
async function lastMoveOfHead({ gitDir }: Repository): Promise<string | undefined> {
  const file = await open(join(gitDir, 'logs', 'HEAD')).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { size: sizeBytes } = await file.stat();
    const start = Math.max(0, sizeBytes - longestEntryBytes);
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(longestEntryBytes),
      0,
      longestEntryBytes,
      start,
    );
    const [entry = ''] = buffer.subarray(0, bytesRead).toString('utf8').trimEnd().split('\n').slice(-1);
    const tab = entry.indexOf('\t');
    return tab === -1 ? undefined : entry.slice(tab + 1);
  } finally {
    await file.close();
  }
}
