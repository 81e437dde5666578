import { constants } from 'node:fs';
import { copyFile, link, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isOurLock, type JournalRecord, syncFolder, writeRecord } from './journal.ts';

/** What hard links end with on file systems that have none. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'];

/**
 * Takes `index.lock` as git does, by a name that must not exist yet; the file behind it is the finished index, whose
 * inode the journal knows already. Answers undefined where another process holds the lock.
 */
export async function takeIndexLock(
  journalDir: string,
  record: JournalRecord,
): Promise<JournalRecord | undefined> {
  const lock = join(record.gitDir, 'index.lock');
  try {
    await link(record.lock.spare, lock);
    return record;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return undefined;
    if (!NO_LINKS.includes(code)) throw error;
  }
  return copyAsLock(journalDir, { record, lock });
}

/** Makes the lock the index. */
export async function renameLock(record: JournalRecord): Promise<void> {
  const lock = join(record.gitDir, 'index.lock');
  if (await isOurLock(lock, record)) await rename(lock, join(record.gitDir, 'index'));
  await rm(record.lock.spare, { force: true });
  await syncFolder(record.gitDir);
}

/** Gives the lock back; another's is left alone. */
export async function releaseLock(record: JournalRecord): Promise<void> {
  const lock = join(record.gitDir, 'index.lock');
  if (await isOurLock(lock, record)) await unlink(lock);
}

async function copyAsLock(
  journalDir: string,
  at: { record: JournalRecord; lock: string },
): Promise<JournalRecord | undefined> {
  try {
    await copyFile(at.record.lock.spare, at.lock, constants.COPYFILE_EXCL);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  }
  const found = await stat(at.lock, { bigint: true });
  const identity = { dev: String(found.dev), ino: String(found.ino) };
  const record = { ...at.record, lock: { ...at.record.lock, ...identity } };
  await writeRecord(journalDir, record);
  return record;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
