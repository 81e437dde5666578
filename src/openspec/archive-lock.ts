import { promises as fs } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { errorCode } from './error-code.ts';
import { archiveFolder } from './paths.ts';

const claimSchema = z.object({ pid: z.number().int().positive() });
/** An archive takes seconds; one that lasts longer has a living process that says so. */
const youngMs = 60_000;

/**
 * True while OpenSpec's own `archive` holds its lock, `.openspec-archive.lock`; nothing may be written then.
 *
 * OpenSpec leaves the lock behind when it crashes, and waits for a person to delete it. A lock counts as left behind
 * only when it names no living process here and is older than a minute: its process may run in another container.
 */
export async function archiveLockHeld(root: string): Promise<boolean> {
  const lock = path.join(root, archiveFolder, '.openspec-archive.lock');
  try {
    const { mtimeMs } = await fs.lstat(lock);
    return isAlive(await readPid(lock)) || Date.now() - mtimeMs < youngMs;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}

async function readPid(lock: string): Promise<number | undefined> {
  const text = await fs.readFile(lock, 'utf8');
  try {
    return claimSchema.parse(JSON.parse(text)).pid;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
