import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type BlobAnswer, blobToCommit } from './blob.ts';
import { askGit, callerFor, type Git } from './caller.ts';
import { findEarlierCommit } from './earlier.ts';
import { readIndexFile, refreshedCopy } from './index-file.ts';
import { readRecord, settleRecord } from './journal.ts';
import { inLane } from './lane.ts';
import { commitMessage, subjectOf } from './message.ts';
import type { ObjectReader } from './objects.ts';
import { judgePath, readIndexState, refusedPath } from './path-state.ts';
import { publish } from './publish.ts';
import type { Repository } from './repository.ts';
import { GitFailure, isSystemError } from './run.ts';
import { withScratch } from './scratch.ts';
import { booleanOf } from './settings.ts';
import { findGround, type Ground, withReader } from './state.ts';
import { type TreePath, writeTreeWith } from './tree.ts';

export interface CommitOptions {
  /** relative to the top level, with `/` */
  path: string;
  /** the file's bytes before and after the edit; undefined where it did not exist. `after` is on disk already. */
  before: Buffer | undefined;
  after: Buffer | undefined;
  message: string;
  /** written in this order; `Specloop-Update` finds the commit again when the journal is lost */
  trailers: Readonly<Record<string, string>>;
  /** a private folder of ours on the same host */
  journalDir: string;
  /** the same id never makes a second commit */
  effectId: string;
  signal?: AbortSignal;
  /** handed to every child, so that a kernel lock held through it lasts until the child has ended */
  lockFd?: number;
}

export type CommitResult =
  | { kind: 'committed'; commit: string; branch: string }
  /** the file stays written, and this says why no commit holds it */
  | { kind: 'uncommitted'; why: string }
  /** passes by itself: try again later */
  | { kind: 'waiting'; why: string }
  /** the edit is gone from the disk: somebody put the file back or removed it */
  | { kind: 'conflicted'; why: string };

type Attempt = CommitResult | { kind: 'again'; why: string };

const IDENTITY_TRAILER = 'Specloop-Update';
/** Waits between attempts, in milliseconds: a person's own command is over within them, a long one makes us wait. */
const RETRY_DELAYS_MS = [20, 40, 80, 160, 320, 400, 400, 400];
const SIGNING_TIME_LIMIT_MS = 60_000;

/**
 * Commits one edit of one file that is on disk already, and nothing else: other staged, unstaged and untracked work of
 * the person stays as it was, no hook and no configured command runs. Where that cannot be had the file stays
 * uncommitted, with the reason.
 */
export function commitEdit(repo: Repository, options: CommitOptions): Promise<CommitResult> {
  return inLane(repo.gitDir, async () => {
    await mkdir(options.journalDir, { recursive: true, mode: 0o700 });
    let last: Attempt = { kind: 'again', why: '' };
    for (const delayMs of [0, ...RETRY_DELAYS_MS]) {
      if (delayMs > 0) await delay(delayMs, undefined, { signal: options.signal });
      last = await attempt(repo, options);
      if (last.kind !== 'again') return last;
    }
    return { kind: 'waiting', why: last.why };
  });
}

async function attempt(repo: Repository, options: CommitOptions): Promise<Attempt> {
  try {
    const refused = await refusedPath(repo.topLevel, options.path);
    if (refused !== undefined) return { kind: 'uncommitted', why: refused };
    const { signal, lockFd } = options;
    const git = await callerFor(repo, { signal, lockFd });
    const earlier = await earlierCommit(git, options);
    if (earlier !== undefined) return earlier;
    const gone = await editGone(repo, options);
    if (gone !== undefined) return { kind: 'conflicted', why: gone };
    return await withScratch(options.journalDir, (folder) =>
      withReader(git, (reader) => prepare(git, { reader, folder, options })),
    );
  } catch (error) {
    if (error instanceof GitFailure || isSystemError(error))
      return { kind: 'uncommitted', why: error.message };
    throw error;
  }
}

/** What an attempt before a crash has done already. */
async function earlierCommit(git: Git, options: CommitOptions): Promise<CommitResult | undefined> {
  const { journalDir, effectId, path, trailers } = options;
  const record = await readRecord(journalDir, effectId);
  if (record !== undefined) {
    const committed =
      record.phase === 'committed' || (await settleRecord(git, journalDir, record)).outcome === 'committed';
    if (committed) return { kind: 'committed', commit: record.commit, branch: record.branch };
  }
  const value = trailers[IDENTITY_TRAILER];
  if (value === undefined) return undefined;
  const commit = await findEarlierCommit(git, { path, trailer: { key: IDENTITY_TRAILER, value } });
  if (commit === undefined) return undefined;
  const branch = await askGit(git, ['symbolic-ref', '-q', '--short', 'HEAD'], { accept: [1] });
  return { kind: 'committed', commit, branch };
}

/** A commit would bring back an edit that somebody has undone on disk. */
async function editGone(repo: Repository, options: CommitOptions): Promise<string | undefined> {
  const { before, after } = options;
  const found = await fileBytes(repo, options.path);
  if (after === undefined) return found === undefined ? undefined : 'the removed file is there again';
  if (found === undefined) return 'the file was removed after the edit';
  if (found.equals(after)) return undefined;
  return before !== undefined && found.equals(before)
    ? 'the file was put back to what it was before the edit'
    : undefined;
}

interface Preparation {
  reader: ObjectReader;
  folder: string;
  options: CommitOptions;
}

/** Everything that touches nothing of the person's: the look, the blob, the tree, the commit object, the new index. */
async function prepare(git: Git, { reader, folder, options }: Preparation): Promise<Attempt> {
  const { path, before, after } = options;
  // Before the look: what the index becomes during it is seen as a change under the lock.
  const snapshot = await readIndexFile(git.repo.gitDir);
  const [answer, index] = await Promise.all([findGround(git, reader), readIndexState(git, path)]);
  if (answer.kind !== 'ground') return answer;
  if (snapshot === undefined) return { kind: 'again', why: 'the index is being replaced' };

  const { ground } = answer;
  const judged = await judgePath(git, reader, {
    path,
    tree: ground.tree,
    index,
    isNew: before === undefined,
  });
  if (judged.kind === 'unfit') return { kind: 'uncommitted', why: judged.why };
  const { at } = judged;
  const blob = await blobToCommit(git, reader, {
    file: { path, before, after },
    head: at.entry,
    attributes: index.attributes,
    folder,
  });
  if (blob.kind === 'overlap') {
    return { kind: 'uncommitted', why: 'uncommitted changes of the file touch the lines of the edit' };
  }
  if (blob.kind === 'unchanged')
    return { kind: 'uncommitted', why: `the branch ${ground.branch} has this text already` };

  const committed = entryOf(at, blob);
  const commit = await writeCommit(git, { ground, tree: await writeTreeWith(git, at, committed), options });
  const committedFileAtMs = blob.othersHunks ? undefined : await unchangedSince(git.repo, options);
  const copy = await refreshedCopy(git, { snapshot, path, committed, committedFileAtMs, folder });
  const { journalDir, effectId } = options;
  const reason = `commit: ${subjectOf(options.message)}`;
  const published = await publish(git, { ground, commit, snapshot, copy, reason, journalDir, effectId });
  return published.kind === 'again' ? published : { kind: 'committed', commit, branch: ground.branch };
}

function entryOf(at: TreePath, blob: Extract<BlobAnswer, { kind: 'blob' }>) {
  return blob.oid === undefined ? undefined : { mode: at.entry?.mode ?? '100644', oid: blob.oid };
}

async function writeCommit(
  git: Git,
  { ground, tree, options }: { ground: Ground; tree: string; options: CommitOptions },
): Promise<string> {
  const signing = booleanOf(git.config, 'commit.gpgsign') === true;
  const input = Buffer.from(commitMessage(options.message, options.trailers));
  return askGit(git, ['commit-tree', '-p', ground.head, ...(signing ? ['-S'] : []), tree], {
    input,
    ...(signing ? { timeLimitMs: SIGNING_TIME_LIMIT_MS } : {}),
  });
}

/** When our bytes were written, if they are on disk still. The time is taken first: a save in between makes it too early, never too late. */
async function unchangedSince(repo: Repository, { path, after }: CommitOptions): Promise<number | undefined> {
  const found = await stat(join(repo.topLevel, path)).catch(() => undefined);
  const bytes = await fileBytes(repo, path);
  return after !== undefined && bytes?.equals(after) === true ? found?.mtimeMs : undefined;
}

async function fileBytes(repo: Repository, path: string): Promise<Buffer | undefined> {
  return readFile(join(repo.topLevel, path)).catch(() => undefined);
}
