import { type BigIntStats, constants } from 'node:fs';
import { copyFile, lstat, open, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { callGit, type Git } from './caller.ts';
import { indexInfo, parseIndexEntries } from './records.ts';
import { GitFailure } from './run.ts';

/** The person's index as it was at the look. */
export interface IndexSnapshot {
  bytes: Buffer;
  mode: number;
  /** rounded down: an index that claims to be younger than it is hides changes for good */
  modifiedAtMs: number;
}

const REMOVED_MODE = '0';

/** Undefined where there is no index. */
export async function readIndexFile(gitDir: string): Promise<IndexSnapshot | undefined> {
  const path = join(gitDir, 'index');
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isFile()) throw new GitFailure('the index is no plain file');
  const bytes = await readFile(path);
  return { bytes, mode: found.mode & 0o777, modifiedAtMs: Math.floor(found.mtimeMs) };
}

/** Whether the index has the bytes of the snapshot still. */
export async function indexUnchanged(gitDir: string, snapshot: IndexSnapshot): Promise<boolean> {
  return (await readFile(join(gitDir, 'index'))).equals(snapshot.bytes);
}

export interface RefreshOptions {
  snapshot: IndexSnapshot;
  path: string;
  /** the entry that the commit holds; undefined when the commit removes the file */
  committed: { mode: string; oid: string } | undefined;
  /** when the file that is exactly what was committed was last modified, so that git may take its stat data */
  committedFileAtMs: number | undefined;
  folder: string;
}

/**
 * A copy of the person's index in which only our entry is new; answers the copy's path. All other entries, and the form
 * of the index, stay. The copy claims to be no younger than our file: most builds of git compare whole seconds, and a
 * save of the same size in the second of our write must make git look into the file again.
 */
export async function refreshedCopy(git: Git, options: RefreshOptions): Promise<string> {
  const { snapshot, path, committed } = options;
  const indexFile = join(options.folder, 'index-copy');
  await writeWhole(indexFile, snapshot.bytes);
  await setModifiedAt(indexFile, snapshot.modifiedAtMs);
  const { committedFileAtMs } = options;
  if (committed !== undefined && committedFileAtMs !== undefined) {
    const input = Buffer.from(`${path}\0`);
    await callGit(git, ['update-index', '--add', '-z', '--stdin'], { indexFile, input });
    const { stdout } = await callGit(git, ['ls-files', '-s', '-v', '-z', '--', path], { indexFile });
    const [entry] = parseIndexEntries(stdout);
    if (entry?.oid === committed.oid && entry.mode === committed.mode) {
      const writtenAtMs = (await stat(indexFile)).mtimeMs;
      await setModifiedAt(indexFile, Math.floor(Math.min(writtenAtMs, committedFileAtMs)));
      return indexFile;
    }
  }
  const row = committed ?? {
    mode: REMOVED_MODE,
    oid: '0'.repeat(git.repo.objectFormat === 'sha256' ? 64 : 40),
  };
  const input = indexInfo(row, path);
  await callGit(git, ['update-index', '--add', '-z', '--index-info'], { indexFile, input });
  return indexFile;
}

/** Puts the refreshed copy beside the index, as durable as git would, to be linked in as the lock. */
export async function placeBeside(
  copy: string,
  target: { path: string; mode: number },
): Promise<BigIntStats> {
  const { mtimeMs } = await stat(copy);
  await copyFile(copy, target.path, constants.COPYFILE_EXCL);
  const handle = await open(target.path, 'r+');
  try {
    await handle.chmod(target.mode);
    // As if git had written it there and then: an entry that changes from now on must not look older than the index.
    await handle.utimes(new Date(), Math.floor(mtimeMs) / 1000);
    await handle.sync();
    return await handle.stat({ bigint: true });
  } finally {
    await handle.close();
  }
}

async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
  } finally {
    await handle.close();
  }
}

async function setModifiedAt(path: string, atMs: number): Promise<void> {
  await utimes(path, atMs / 1000, atMs / 1000);
}
