import { closeSync, constants, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tryLock } from 'fs-native-extensions';
import { z } from 'zod';
import { toError, UserError } from '../errors.ts';
import { makePrivateFolder } from './private-folder.ts';

/** What the holder of a lock says about itself: pid, since, url. */
export type LockHolder = Record<string, string>;

/** A kernel lock that this process holds. `fd` may be handed to a child, which then holds it as well. */
export interface FolderLock {
  readonly fd: number;
  update(holder: LockHolder): void;
  release(): Promise<void>;
}

/** The holder writes its record in the same breath as it locks; this is how long a reader gives it. */
const RECORD_TRIES = 20;
const RECORD_PAUSE_MS = 10;

/**
 * Takes the kernel lock of a folder (its file `lock`, created with mode 0700 and 0600 where absent), or says who holds it.
 * It ends with the process that holds it, however that ends, and never by time.
 *
 * @param path a folder of the state folder that stands for what is locked; not the user's own folder, which shall not change
 * @example
 * const lock = await lockFolder(folder, { pid: String(process.pid), since, url });
 * if ('heldBy' in lock) throw new UserError('another specloop holds the folder', { which: lock.heldBy.url });
 */
export async function lockFolder(
  path: string,
  holder: LockHolder,
): Promise<FolderLock | { heldBy: LockHolder }> {
  await makePrivateFolder(path);
  const file = join(path, 'lock');
  const lock = lockFile(file, holder);
  return lock ?? { heldBy: await readHolder(file) };
}

/** Takes the lock of one file, or undefined when somebody holds it. The file stays: removing it would make two locks. */
export function lockFile(file: string, holder: LockHolder): FolderLock | undefined {
  const fd = openLockFile(file);
  if (!tryLock(fd)) {
    closeSync(fd);
    return undefined;
  }
  writeRecord(fd, holder);
  let open = true;
  return {
    fd,
    update: (next) => writeRecord(fd, next),
    async release() {
      if (!open) return;
      open = false;
      // No unlock: a child that inherited the descriptor goes on holding it.
      closeSync(fd);
    },
  };
}

/** What the holder of a lock file wrote; empty when it wrote nothing that can be read. */
export async function readHolder(file: string): Promise<LockHolder> {
  for (let attempt = 0; attempt < RECORD_TRIES; attempt += 1) {
    const record = parseRecord(file);
    if (record !== undefined) return record;
    await delay(RECORD_PAUSE_MS);
  }
  return {};
}

/** Opens a lock file of our own for locking; a link or another user's file in its place is refused. */
export function openLockFile(file: string): number {
  try {
    const fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
    const stat = fstatSync(fd);
    if (stat.isFile() && (process.getuid === undefined || stat.uid === process.getuid())) return fd;
    closeSync(fd);
    throw new Error('it belongs to another user or is not a file');
  } catch (error) {
    throw new UserError('the lock file cannot be opened', {
      which: file,
      why: toError(error).message,
      next: 'make its folder writable for this user, or set SPECLOOP_STATE_DIR to one that is',
      exitCode: 3,
      code: 'lock-unusable',
      cause: error,
    });
  }
}

function writeRecord(fd: number, holder: LockHolder): void {
  const bytes = Buffer.from(`${JSON.stringify(holder)}\n`);
  // Written first, shortened after: a reader in between sees a tail that does not parse, and reads again.
  writeSync(fd, bytes, 0, bytes.length, 0);
  ftruncateSync(fd, bytes.length);
}

function parseRecord(file: string): LockHolder | undefined {
  try {
    const parsed = z.record(z.string(), z.string()).safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
