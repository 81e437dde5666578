import { toError } from '../errors.ts';
import { currentBranch, type NoRepository, type Repository } from '../git/index.ts';

/**
 * Why updates wait for a branch. `wanted` is document_updates.branch: `current`, or a name.
 *
 * @returns undefined where nothing is waited for; else one sentence that names both branches
 */
export async function awaitedBranch(
  repository: Repository | NoRepository,
  wanted: string,
): Promise<string | undefined> {
  if (wanted === 'current') return undefined;
  const found = await checkedOut(repository);
  if (found.branch === wanted) return undefined;
  const instead = 'why' in found ? found.why : `${found.branch} is checked out`;
  return `updates are written on the branch ${wanted} only (document_updates.branch); ${instead}`;
}

type CheckedOut = { branch: string } | { branch?: undefined; why: string };

async function checkedOut(repository: Repository | NoRepository): Promise<CheckedOut> {
  if (repository.kind === 'none') return { why: repository.why };
  try {
    const branch = await currentBranch(repository);
    return branch === undefined ? { why: 'no branch is checked out (HEAD is detached)' } : { branch };
  } catch (error) {
    // Nothing is written on a guess: the person reads here what git says, and the next look may find it mended.
    return { why: `git cannot tell which one is checked out: ${toError(error).message}` };
  }
}
