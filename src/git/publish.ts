import { readFile, rm } from 'node:fs/promises';
import type { Git } from './caller.ts';
import { type IndexSnapshot, indexUnchanged, placeBeside } from './index-file.ts';
import { releaseLock, renameLock, takeIndexLock } from './index-lock.ts';
import { dropRecord, type JournalRecord, sha256, sparePath, writeRecord } from './journal.ts';
import { moveBranch } from './refs.ts';
import { isSystemError } from './run.ts';
import type { Ground } from './state.ts';

/** A commit that exists as an object, and the index that belongs to it. */
export interface Publication {
  ground: Ground;
  commit: string;
  /** the person's index as it was looked at, and the refreshed copy of it */
  snapshot: IndexSnapshot;
  copy: string;
  reason: string;
  journalDir: string;
  effectId: string;
}

export type PublishResult = { kind: 'published' } | { kind: 'again'; why: string };

/** Makes a commit visible: journal, the person's own index lock, branch, index. All of it or nothing. */
export async function publish(git: Git, publication: Publication): Promise<PublishResult> {
  const { commit, journalDir, effectId } = publication;
  const spare = sparePath(git.repo, journalDir, commit);
  let record: JournalRecord | undefined;
  try {
    record = await begin(git, publication, spare);
    const result = await publishBegun(git, publication, record);
    if (result.kind === 'published') return result;
    git.signal?.throwIfAborted();
    await withdraw(publication, { record, spare });
    return result;
  } catch (error) {
    await withdraw({ journalDir, effectId }, { record, spare });
    throw error;
  }
}

/** The finished index beside the person's, and the journal entry that knows it. */
async function begin(git: Git, publication: Publication, spare: string): Promise<JournalRecord> {
  const { ground, commit, copy, snapshot, journalDir, effectId } = publication;
  await rm(spare, { force: true });
  const placed = await placeBeside(copy, { path: spare, mode: snapshot.mode });
  const record: JournalRecord = {
    version: 1,
    effectId,
    phase: 'begun',
    gitDir: git.repo.gitDir,
    ref: ground.ref,
    branch: ground.branch,
    head: ground.head,
    commit,
    lock: { spare, dev: String(placed.dev), ino: String(placed.ino), sha256: sha256(await readFile(spare)) },
  };
  await writeRecord(journalDir, record);
  return record;
}

/** Under the lock: the index is as we saw it, the branch moves, the index follows. */
async function publishBegun(
  git: Git,
  publication: Publication,
  begun: JournalRecord,
): Promise<PublishResult> {
  const { ground, commit, snapshot, reason, journalDir } = publication;
  const locked = await takeIndexLock(journalDir, begun);
  if (locked === undefined) return { kind: 'again', why: 'another git process holds index.lock' };
  if (git.signal?.aborted === true || !(await indexUnchanged(git.repo.gitDir, snapshot))) {
    await releaseLock(locked);
    return { kind: 'again', why: 'the index keeps changing' };
  }
  if (!(await moveBranch(git, { ground, commit, reason }))) {
    await releaseLock(locked);
    return { kind: 'again', why: `the branch ${ground.branch} is locked or keeps moving` };
  }
  try {
    await renameLock(locked);
    await writeRecord(journalDir, { ...locked, phase: 'committed' });
  } catch (error) {
    // The branch has moved: the commit stands, and the journal entry lets settleJournal make up for the rest.
    if (!isSystemError(error)) throw error;
  }
  return { kind: 'published' };
}

async function withdraw(
  publication: Pick<Publication, 'journalDir' | 'effectId'>,
  left: { record: JournalRecord | undefined; spare: string },
): Promise<void> {
  if (left.record !== undefined) await releaseLock(left.record);
  await rm(left.spare, { force: true });
  await dropRecord(publication.journalDir, publication.effectId);
}
