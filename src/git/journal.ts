import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { callerFor, callGit, type Git } from './caller.ts';
import { inLane } from './lane.ts';
import { refValue } from './refs.ts';
import type { Repository } from './repository.ts';
import { SCRATCH_PREFIX } from './scratch.ts';

const recordSchema = z.object({
  version: z.literal(1),
  effectId: z.string(),
  /** `begun` before the lock is taken; `committed` when branch and index are both as they shall be */
  phase: z.enum(['begun', 'committed']),
  gitDir: z.string(),
  ref: z.string(),
  branch: z.string(),
  head: z.string(),
  commit: z.string(),
  lock: z.object({
    /** the second name of the lock's file: while it stands, no other file can have its inode */
    spare: z.string(),
    dev: z.string(),
    ino: z.string(),
    sha256: z.string(),
  }),
});

/** What was about to be done, written down before the first step that a person could see. */
export type JournalRecord = z.infer<typeof recordSchema>;

/** What `settleJournal` found of one interrupted commit. */
export interface SettledEntry {
  effectId: string;
  outcome: 'committed' | 'not committed';
  commit: string;
}

/** Finished records answer a repeated effect; the trailer in the branch does so after them. */
const KEPT_RECORDS = 1000;

/** Where the index that is to come stands meanwhile. The name tells whose it is: another root may share the repository. */
export function sparePath(repo: Repository, journalDir: string, commit: string): string {
  return join(repo.gitDir, `${sparePrefix(journalDir)}${commit.slice(0, 16)}`);
}

function sparePrefix(journalDir: string): string {
  return `index.specloop-${sha256(Buffer.from(resolve(journalDir))).slice(0, 12)}-`;
}

export function recordPath(journalDir: string, effectId: string): string {
  return join(journalDir, `${createHash('sha256').update(effectId).digest('hex').slice(0, 40)}.json`);
}

/** Writes a record so that it survives a power cut before this returns. */
export async function writeRecord(journalDir: string, record: JournalRecord): Promise<void> {
  const path = recordPath(journalDir, record.effectId);
  const fresh = `${path}.new`;
  const handle = await open(fresh, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(record));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, path);
  await syncFolder(journalDir);
}

export async function readRecord(journalDir: string, effectId: string): Promise<JournalRecord | undefined> {
  const record = await parseRecord(recordPath(journalDir, effectId));
  return record?.effectId === effectId ? record : undefined;
}

export async function dropRecord(journalDir: string, effectId: string): Promise<void> {
  await rm(recordPath(journalDir, effectId), { force: true });
}

/** Finishes what a killed process left of this repository: call it at the start, under the lock of the root. */
export async function settleJournal(repo: Repository, journalDir: string): Promise<SettledEntry[]> {
  await mkdir(journalDir, { recursive: true, mode: 0o700 });
  return inLane(repo.gitDir, async () => {
    const names = await readdir(journalDir);
    const settled: SettledEntry[] = [];
    const finished: string[] = [];
    const git = await callerFor(repo);
    for (const name of names.sort()) {
      const path = join(journalDir, name);
      if (name.startsWith(SCRATCH_PREFIX)) await rm(path, { recursive: true, force: true });
      if (!name.endsWith('.json')) continue;
      const record = await parseRecord(path);
      if (record?.phase === 'committed') finished.push(path);
      if (record?.phase !== 'begun' || record.gitDir !== repo.gitDir) continue;
      settled.push(await settleRecord(git, journalDir, record));
    }
    // Killed before the record was written: nothing but this file shows it.
    for (const name of await readdir(repo.gitDir)) {
      if (name.startsWith(sparePrefix(journalDir))) await rm(join(repo.gitDir, name), { force: true });
    }
    await dropOldest(finished);
    return settled;
  });
}

async function dropOldest(paths: readonly string[]): Promise<void> {
  if (paths.length <= KEPT_RECORDS) return;
  const aged = await Promise.all(paths.map(async (path) => ({ path, at: (await stat(path)).mtimeMs })));
  aged.sort((a, b) => b.at - a.at);
  for (const { path } of aged.slice(KEPT_RECORDS)) await rm(path, { force: true });
}

/**
 * Killed between moving the branch and renaming the index: the lock is ours and the branch is at our commit, so the
 * rename is made up for. Killed before: the lock goes. A lock that is not ours is never touched.
 */
export async function settleRecord(
  git: Git,
  journalDir: string,
  record: JournalRecord,
): Promise<SettledEntry> {
  const lock = join(record.gitDir, 'index.lock');
  const now = await refValue(git, record.ref);
  const ours = await isOurLock(lock, record);
  if (ours && now === record.commit) {
    await rename(lock, join(record.gitDir, 'index'));
    await syncFolder(record.gitDir);
  } else if (ours) {
    await unlink(lock);
  }
  await rm(record.lock.spare, { force: true });
  const { effectId, commit } = record;
  if (now === undefined || !(await isAncestor(git, commit, now))) {
    await dropRecord(journalDir, effectId);
    return { effectId, commit, outcome: 'not committed' };
  }
  await writeRecord(journalDir, { ...record, phase: 'committed' });
  return { effectId, commit, outcome: 'committed' };
}

export async function isOurLock(path: string, record: JournalRecord): Promise<boolean> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const found = await handle.stat({ bigint: true });
    if (String(found.dev) !== record.lock.dev || String(found.ino) !== record.lock.ino) return false;
    return sha256(await handle.readFile()) === record.lock.sha256;
  } finally {
    await handle.close();
  }
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function isAncestor(git: Git, commit: string, of: string): Promise<boolean> {
  const reply = await callGit(git, ['merge-base', '--is-ancestor', commit, of], { accept: [1, 128] });
  return reply.code === 0;
}

/** A record that cannot be read was never finished being written: the rename that makes it visible comes after its bytes. */
async function parseRecord(path: string): Promise<JournalRecord | undefined> {
  try {
    return recordSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
