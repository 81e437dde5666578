import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { errorCode } from './error-code.ts';
import type { WalkedFile } from './walk.ts';

/** A document larger than this is named, hashed and reported, not read. */
export const maxDocumentBytes = 1024 * 1024;
/** Above this a file is known by its size and time alone: hashing a gigabyte at each save would stop everything else. */
const maxHashedBytes = 32 * 1024 * 1024;

/** What a file holds. `bytes` is absent where `problem` says why it was not read. */
export interface FileBytes {
  file: string;
  bytes?: Buffer;
  sizeBytes: number;
  hash: string;
  mtimeMs: number;
  problem?: string;
}

/** How many files are read before everything else in the process has its turn. */
const batchSize = 32;

/**
 * Reads files, leaving out those that are gone by now. They are read synchronously: documents are small, and a promise for
 * each open, stat, read and close takes several times as long as the system needs for them.
 */
export async function readFiles(root: string, files: readonly WalkedFile[]): Promise<FileBytes[]> {
  const read: (FileBytes | undefined)[] = [];
  for (const [index, file] of files.entries()) {
    if (index > 0 && index % batchSize === 0) await turn();
    read.push(readFileBytes(root, file));
  }
  return read.filter((file) => file !== undefined);
}

/** Reads one file without following a link at its end; undefined when it is gone. Never throws for what lies on disk. */
export function readFileBytes(root: string, walked: WalkedFile): FileBytes | undefined {
  const { file, why } = walked;
  if (why !== undefined) return unread(file, why);
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  let descriptor: number;
  try {
    // O_NONBLOCK: a pipe that took the file's place must not hold the reader
    descriptor = fs.openSync(path.join(root, file), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : unread(file, `cannot be read (${code})`);
  }
  try {
    return readOpened(file, descriptor);
  } catch (error) {
    return unread(file, `cannot be read (${errorCode(error)})`);
  } finally {
    fs.closeSync(descriptor);
  }
}

function readOpened(file: string, descriptor: number): FileBytes {
  const stat = fs.fstatSync(descriptor);
  if (!stat.isFile()) return unread(file, 'is no regular file');
  const known = { file, sizeBytes: stat.size, mtimeMs: stat.mtimeMs };
  if (stat.size > maxHashedBytes) {
    return { ...known, hash: sha256(`${stat.size} ${stat.mtimeMs}`), problem: tooLarge(stat.size) };
  }
  const bytes = fs.readFileSync(descriptor);
  const read = { ...known, sizeBytes: bytes.length, hash: sha256(bytes) };
  return bytes.length > maxDocumentBytes ? { ...read, problem: tooLarge(bytes.length) } : { ...read, bytes };
}

export function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function unread(file: string, problem: string): FileBytes {
  return { file, sizeBytes: 0, hash: sha256(problem), mtimeMs: 0, problem };
}

function tooLarge(sizeBytes: number): string {
  return `is ${(sizeBytes / 1024 / 1024).toFixed(1)} MB, larger than the 1 MB that is read`;
}
