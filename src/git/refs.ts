import { callGit, type Git } from './caller.ts';
import { readBranchRef } from './head.ts';
import { GitFailure } from './run.ts';
import { GitSession } from './session.ts';
import type { Ground } from './state.ts';

/**
 * Moves the branch from the ground to our commit, if it still stands there and HEAD is still on it. The branch goes by
 * its name: `update-ref HEAD` could move another after a switch. Once prepared, HEAD is locked too, so the look at it holds.
 * @returns false when the person was faster; the caller starts again
 */
export async function moveBranch(
  git: Git,
  move: { ground: Ground; commit: string; reason: string },
): Promise<boolean> {
  const { ground, commit, reason } = move;
  // Not to be broken off: from `commit` on only git knows how it ended.
  const steady: Git = { ...git, signal: undefined };
  const session = new GitSession(steady, ['update-ref', '--stdin', '-m', reason]);
  try {
    session.write(`start\nupdate ${ground.ref} ${commit} ${ground.head}\nprepare\n`);
    const replies = [await session.readLine(), await session.readLine()];
    if (replies.join() !== 'start: ok,prepare: ok') return false;
    if ((await readBranchRef(steady)) !== ground.ref) {
      session.write('abort\n');
      return false;
    }
    session.write('commit\n');
    return (await session.readLine()) === 'commit: ok';
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    return (await refValue(steady, ground.ref)) === commit;
  } finally {
    await session.close();
  }
}

/** The commit that a full ref name stands on; undefined where there is none. */
export async function refValue(git: Git, ref: string): Promise<string | undefined> {
  const reply = await callGit(git, ['rev-parse', '--verify', '-q', `${ref}^{commit}`], { accept: [1, 128] });
  return reply.code === 0 ? reply.stdout.toString('utf8').trim() : undefined;
}
