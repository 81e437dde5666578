import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { callGit, type Git } from './caller.ts';
import { nulRecords } from './records.ts';
import { exists, type Repository } from './repository.ts';

/** What git keeps in the directory of a work tree while something of the person's is half done. */
const IN_PROGRESS = [
  ['MERGE_HEAD', 'merge in progress'],
  ['CHERRY_PICK_HEAD', 'cherry-pick in progress'],
  ['REVERT_HEAD', 'revert in progress'],
  ['BISECT_LOG', 'bisect in progress'],
  ['rebase-merge', 'rebase in progress'],
  ['rebase-apply', 'rebase or am in progress'],
  ['sequencer', 'a sequence of cherry-picks or reverts in progress'],
] as const;

/** An editor that stays open longer than this is taken for an aborted commit, which looks the same. */
const MESSAGE_LIMIT_MS = 5 * 60_000;

/** Why a commit has to wait for the person, as far as it shows without the branch; undefined when nothing is in the way. */
export async function obstacle(git: Git): Promise<string | undefined> {
  const { gitDir } = git.repo;
  const [standing, unmerged] = await Promise.all([
    Promise.all(
      IN_PROGRESS.map(async ([file, why]) => ((await exists(join(gitDir, file))) ? why : undefined)),
    ),
    callGit(git, ['ls-files', '-u', '-z']),
  ]);
  const why = standing.find((found) => found !== undefined);
  if (why !== undefined) return why;
  const [first] = nulRecords(unmerged.stdout);
  if (first === undefined) return undefined;
  return `unmerged entries in the index: ${first.subarray(first.indexOf(0x09) + 1).toString('utf8')}`;
}

/**
 * Whether the person has the editor of a `git commit` open: that holds no lock, and a commit of ours would make theirs
 * fail. Its sign is a COMMIT_EDITMSG that is newer than every trace of a finished commit.
 */
export async function messageBeingWritten(repo: Repository, branchRef: string): Promise<boolean> {
  const written = await modifiedAtMs(join(repo.gitDir, 'COMMIT_EDITMSG'));
  if (written === undefined || Math.abs(Date.now() - written) > MESSAGE_LIMIT_MS) return false;
  const traces = await Promise.all(
    [
      join(repo.gitDir, 'logs', 'HEAD'),
      join(repo.commonDir, branchRef),
      join(repo.commonDir, 'reftable', 'tables.list'),
      join(repo.gitDir, 'reftable', 'tables.list'),
    ].map(modifiedAtMs),
  );
  const finished = traces.filter((at) => at !== undefined);
  return finished.length > 0 && finished.every((at) => at < written);
}

/** Another work tree that has the same branch checked out (forced): moving the branch would stage our edit in reverse there. */
export async function checkedOutElsewhere(git: Git, branchRef: string): Promise<boolean> {
  const { commonDir, topLevel } = git.repo;
  const linked = await readdir(join(commonDir, 'worktrees')).catch(() => []);
  if (linked.length === 0) return false;
  const { stdout } = await callGit(git, ['worktree', 'list', '--porcelain']);
  const others = stdout
    .toString('utf8')
    .split('\n\n')
    .filter((block) => !block.startsWith(`worktree ${topLevel}\n`));
  return others.some((block) => block.split('\n').includes(`branch ${branchRef}`));
}

async function modifiedAtMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}
