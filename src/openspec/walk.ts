import fs from 'node:fs';
import path from 'node:path';
import { errorCode } from './error-code.ts';
import { isIgnoredName } from './paths.ts';

/** Far above what a change or a specs folder holds; a bound against a folder that is no OpenSpec folder at all. */
const maxDepth = 16;
const maxFiles = 5_000;

/** A name under a folder. `why` says what keeps it from being read. */
export interface WalkedFile {
  /** relative to the root */
  file: string;
  why?: string;
}

/**
 * Every file under `folder`, sorted by path; undefined when there is no such folder, or when a symbolic link stands in
 * for it or for a folder above it. Links are named but never followed.
 */
export function walkFiles(root: string, folder: string): WalkedFile[] | undefined {
  if (!isRealFolder(root, folder)) return undefined;
  const found: WalkedFile[] = [];
  walk({ root, folder, depth: 0, found });
  return found.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** True when `folder` and each part of its path under the root is a folder and no link. */
export function isRealFolder(root: string, folder: string): boolean {
  const parts = folder.split('/');
  for (let count = 1; count <= parts.length; count += 1) {
    if (!isFolder(path.join(root, ...parts.slice(0, count)))) return false;
  }
  return true;
}

/** Names of the folders in `folder` that are not hidden, sorted; none when it is absent, a link or unreadable. */
export function listFolders(root: string, folder: string): string[] {
  if (!isRealFolder(root, folder)) return [];
  try {
    return fs
      .readdirSync(path.join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}

function isFolder(folder: string): boolean {
  try {
    return fs.lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

function walk(at: { root: string; folder: string; depth: number; found: WalkedFile[] }): void {
  const { root, folder, depth, found } = at;
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(path.join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    found.push({ file: folder, why: `the folder cannot be read (${errorCode(error)})` });
    return;
  }
  for (const entry of entries) {
    if (isIgnoredName(entry.name)) continue;
    const file = `${folder}/${entry.name}`;
    if (found.length >= maxFiles) return;
    if (entry.isDirectory() && depth < maxDepth) walk({ root, folder: file, depth: depth + 1, found });
    else if (entry.isDirectory()) found.push({ file, why: `lies more than ${maxDepth} folders deep` });
    else if (entry.isSymbolicLink()) found.push({ file, why: 'is a symbolic link, which is not followed' });
    else if (entry.isFile()) found.push({ file });
    else found.push({ file, why: 'is no regular file' });
    if (found.length === maxFiles) found.push({ file, why: `is the last of more than ${maxFiles} files` });
  }
}
