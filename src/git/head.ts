import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callGit, type Git } from './caller.ts';

const BRANCHES = 'refs/heads/';
/** What a repository with reftables writes into HEAD for old readers. */
const PLACEHOLDER = 'refs/heads/.invalid';

/** The full name of the branch that HEAD is on; undefined when HEAD is detached. */
export async function readBranchRef(git: Git): Promise<string | undefined> {
  const read = await readHeadFile(git.repo.gitDir);
  if (read !== undefined) return read;
  const { stdout } = await callGit(git, ['symbolic-ref', '-q', 'HEAD'], { accept: [1] });
  const ref = stdout.toString('utf8').trimEnd();
  return ref === '' ? undefined : ref;
}

/** `main` of `refs/heads/main`; undefined for a ref that is no branch. */
export function branchName(ref: string): string | undefined {
  return ref.startsWith(BRANCHES) ? ref.slice(BRANCHES.length) : undefined;
}

/** Saves a process in the common case; whatever is not plainly a branch is left for git to read. */
async function readHeadFile(gitDir: string): Promise<string | undefined> {
  const file = join(gitDir, 'HEAD');
  if (!(await lstat(file)).isFile()) return undefined;
  const text = await readFile(file, 'utf8');
  if (!text.startsWith(`ref: ${BRANCHES}`) || !text.endsWith('\n') || text.includes('\uFFFD'))
    return undefined;
  const ref = text.slice('ref: '.length, -1);
  return ref === PLACEHOLDER || ref.includes('\n') || ref.trim() !== ref ? undefined : ref;
}
