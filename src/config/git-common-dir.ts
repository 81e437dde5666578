import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/**
 * The folder that all worktrees of a repository share, found as git finds it, by reading: `.git` is that folder, or a
 * file that points to one worktree's own, whose `commondir` points on. No git is run: its settings are not ours to trust.
 *
 * @returns undefined outside a repository
 */
export async function findCommonDir(start: string): Promise<string | undefined> {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    const gitDir = await gitDirAt(join(folder, '.git'));
    if (gitDir !== undefined) return commonDirOf(gitDir);
    if (dirname(folder) === folder) return undefined;
  }
}

async function gitDirAt(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return (await holdsHead(path)) ? path : undefined;
  if (found?.isFile() !== true) return undefined;
  const target = /^gitdir: ([^\n\r]+)/.exec(await readSmall(path))?.[1];
  if (target === undefined) return undefined;
  const gitDir = resolve(dirname(path), target);
  return (await holdsHead(gitDir)) ? gitDir : undefined;
}

async function commonDirOf(gitDir: string): Promise<string> {
  const pointer = (await readSmall(join(gitDir, 'commondir'))).trim();
  if (pointer === '') return realpath(gitDir);
  return realpath(isAbsolute(pointer) ? pointer : join(gitDir, pointer)).catch(() => realpath(gitDir));
}

/** An empty folder named `.git` is no repository, for git neither. */
async function holdsHead(gitDir: string): Promise<boolean> {
  return stat(join(gitDir, 'HEAD')).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function readSmall(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true || found.size > 8_192) return '';
  return readFile(path, 'utf8').catch(() => '');
}
