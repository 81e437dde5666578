import { UserError } from '../errors.ts';
import { callerFor, callGit, type Git } from './caller.ts';
import { branchName, readBranchRef } from './head.ts';
import { nulRecords } from './records.ts';
import { refValue } from './refs.ts';
import type { Repository } from './repository.ts';

/** The branch that is checked out, as `main`; undefined when HEAD is detached. */
export async function currentBranch(repo: Repository): Promise<string | undefined> {
  const ref = await readBranchRef(await callerFor(repo));
  return ref === undefined ? undefined : branchName(ref);
}

/** The commit that is checked out; undefined on a branch without one. */
export async function headOf(repo: Repository): Promise<string | undefined> {
  return refValue(await callerFor(repo), 'HEAD');
}

/**
 * The commit that "since REF" means: where HEAD left REF, so that what others did on REF in the meantime is not ours;
 * REF itself where the two have nothing in common.
 * @throws UserError when the repository has no such commit
 */
export async function baseOf(repo: Repository, ref: string): Promise<string> {
  const git = await callerFor(repo);
  const since = await resolveCommit(git, ref);
  const reply = await callGit(git, ['merge-base', since, 'HEAD'], { accept: [1, 128] });
  return reply.code === 0 ? (reply.stdout.toString('utf8').split('\n')[0] ?? since) : since;
}

/** Files under a folder that differ from `baseOf(ref)` in the work tree: committed since, staged, unstaged, untracked, removed. Paths relative to the top level, sorted. */
export async function changedSince(repo: Repository, ref: string, relDir: string): Promise<string[]> {
  const base = await baseOf(repo, ref);
  const git = await callerFor(repo);
  const under = relDir === '' ? '.' : relDir;
  const plain = ['--no-ext-diff', '--no-textconv', '--no-renames', '--ignore-submodules=all'];
  const [tracked, untracked] = await Promise.all([
    callGit(git, ['diff', ...plain, '--name-only', '-z', base, '--', under]),
    callGit(git, ['ls-files', '-o', '--exclude-standard', '-z', '--', under]),
  ]);
  const paths = [tracked, untracked].flatMap(({ stdout }) =>
    nulRecords(stdout).map((path) => path.toString('utf8')),
  );
  return [...new Set(paths)].sort();
}

/** The bytes of a file as a commit has them; undefined where it has none there. @throws UserError on an unknown ref */
export async function showFile(repo: Repository, ref: string, path: string): Promise<Buffer | undefined> {
  const git = await callerFor(repo);
  const commit = await resolveCommit(git, ref);
  const reply = await callGit(git, ['cat-file', 'blob', `${commit}:${path}`], { accept: [128] });
  return reply.code === 0 ? reply.stdout : undefined;
}

async function resolveCommit(git: Git, ref: string): Promise<string> {
  const found = ref === '' || ref.startsWith('-') ? undefined : await refValue(git, ref);
  if (found !== undefined) return found;
  throw new UserError('the repository has no such commit', {
    which: ref,
    why: 'it is no branch, tag or commit here',
    next: 'name one that `git log` shows; in a shallow clone (CI) fetch more history first',
    exitCode: 2,
    code: 'unknown-ref',
  });
}
