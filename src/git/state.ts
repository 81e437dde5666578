import { join } from 'node:path';
import { type CallerOptions, callerFor, type Git } from './caller.ts';
import { branchName, readBranchRef } from './head.ts';
import { ObjectReader, treeOf } from './objects.ts';
import { checkedOutElsewhere, messageBeingWritten, obstacle } from './obstacles.ts';
import { judgePath, readIndexState, refusedPath } from './path-state.ts';
import { exists, type Repository } from './repository.ts';
import { GitFailure } from './run.ts';

/**
 * What the repository allows at this moment. `waiting` passes by itself: nothing is written until then. Without it the
 * files may be written and stay uncommitted, for the reason given.
 */
export type RepositoryState =
  | { ready: true; branch: string; head: string }
  | { ready: false; waiting: boolean; why: string };

/** The commit that ours would follow. `ref` is the full name of the branch. */
export interface Ground {
  ref: string;
  branch: string;
  head: string;
  tree: string;
}

export type GroundAnswer =
  | { kind: 'ground'; ground: Ground }
  | { kind: 'waiting' | 'uncommitted'; why: string };

/** Looks, before anything is written, whether an edit of these paths (relative to the top level) could be committed now. */
export async function lookAt(
  repo: Repository,
  relPaths: readonly string[],
  options: CallerOptions = {},
): Promise<RepositoryState> {
  try {
    for (const path of relPaths) {
      const why = await refusedPath(repo.topLevel, path);
      if (why !== undefined) return { ready: false, waiting: false, why: `${path}: ${why}` };
    }
    const git = await callerFor(repo, options);
    if (await exists(join(repo.gitDir, 'index.lock'))) return waits('another git process holds index.lock');
    return await withReader(git, (reader) => lookWith(git, reader, relPaths));
  } catch (error) {
    if (error instanceof GitFailure) return { ready: false, waiting: false, why: error.message };
    throw error;
  }
}

async function lookWith(
  git: Git,
  reader: ObjectReader,
  relPaths: readonly string[],
): Promise<RepositoryState> {
  const answer = await findGround(git, reader);
  if (answer.kind !== 'ground') return { ready: false, waiting: answer.kind === 'waiting', why: answer.why };
  const { ground } = answer;
  for (const path of relPaths) {
    const index = await readIndexState(git, path);
    const isNew = !(await exists(join(git.repo.topLevel, path)));
    const judged = await judgePath(git, reader, { path, tree: ground.tree, index, isNew });
    if (judged.kind === 'unfit') return { ready: false, waiting: false, why: `${path}: ${judged.why}` };
  }
  return { ready: true, branch: ground.branch, head: ground.head };
}

/** The branch and commit to build on, or what stands in the way of any commit of ours. */
export async function findGround(git: Git, reader: ObjectReader): Promise<GroundAnswer> {
  const [inTheWay, ref] = await Promise.all([obstacle(git), readBranchRef(git)]);
  if (inTheWay !== undefined) return { kind: 'waiting', why: inTheWay };
  if (ref === undefined) return { kind: 'waiting', why: 'HEAD is detached' };
  const branch = branchName(ref);
  if (branch === undefined) return { kind: 'uncommitted', why: `HEAD is on ${ref}, which is no branch` };
  if (await checkedOutElsewhere(git, ref)) {
    return { kind: 'waiting', why: `${branch} is checked out in another work tree too` };
  }
  if (await messageBeingWritten(git.repo, ref))
    return { kind: 'waiting', why: 'a commit message is being written' };

  const picking = await pickInReftable(git, reader);
  if (picking !== undefined) return { kind: 'waiting', why: picking };

  const commit = await reader.read(ref);
  if (commit === undefined) return { kind: 'uncommitted', why: `the branch ${branch} has no commit yet` };
  if (commit.type !== 'commit') return { kind: 'uncommitted', why: `the branch ${branch} names no commit` };
  if ((await reader.read(`refs/replace/${commit.oid}`)) !== undefined) {
    return { kind: 'uncommitted', why: 'the last commit is replaced (git replace)' };
  }
  if (!(await exists(join(git.repo.gitDir, 'index')))) {
    return { kind: 'uncommitted', why: 'the repository has no index (a clone without checkout)' };
  }
  return { kind: 'ground', ground: { ref, branch, head: commit.oid, tree: treeOf(commit) } };
}

/** With reftables the heads of a cherry-pick and a revert are no files. */
async function pickInReftable(git: Git, reader: ObjectReader): Promise<string | undefined> {
  const storage = git.config.findLast(({ key }) => key === 'extensions.refstorage')?.value;
  if (storage === undefined || storage === 'files') return undefined;
  if ((await reader.read('CHERRY_PICK_HEAD')) !== undefined) return 'cherry-pick in progress';
  return (await reader.read('REVERT_HEAD')) === undefined ? undefined : 'revert in progress';
}

/** Lends an object reader for as long as the work takes. */
export async function withReader<T>(git: Git, work: (reader: ObjectReader) => Promise<T>): Promise<T> {
  const reader = new ObjectReader(git);
  try {
    return await work(reader);
  } finally {
    await reader.close();
  }
}

function waits(why: string): RepositoryState {
  return { ready: false, waiting: true, why };
}
