import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { gitEnvironment } from './environment.ts';
import { GitFailure, runGit } from './run.ts';
import { BASE_SETTINGS } from './settings.ts';

/** A work tree that git itself accepts as ours to use. Paths are absolute and real. */
export interface Repository {
  kind: 'repository';
  topLevel: string;
  /** of this work tree */
  gitDir: string;
  /** shared by the linked work trees of one repository */
  commonDir: string;
  objectFormat: 'sha1' | 'sha256';
}

/** No repository to use here, and why: git's own sentence where git refused. */
export interface NoRepository {
  kind: 'none';
  why: string;
}

/** GIT_CONFIG_COUNT came with 2.31: an older git would ignore every setting that keeps hooks from running. */
const OLDEST_GIT = [2, 31] as const;

/**
 * Finds the repository that a folder belongs to. Discovery runs without GIT_DIR, so that git's ownership check holds,
 * and its answer is believed only where our own look upward finds the same folder: a `core.worktree` elsewhere or a
 * bare look-alike inside the documents is refused.
 */
export async function openRepository(folder: string): Promise<Repository | NoRepository> {
  try {
    const start = await realpath(folder);
    const found = await folderWithGit(start);
    if (found === undefined) return none('not in a git repository');
    const oldGit = await olderThanNeeded(start);
    if (oldGit !== undefined) return none(oldGit);
    return await askGit(start, found);
  } catch (error) {
    if (error instanceof GitFailure) return none(error.message);
    if (error instanceof Error && 'code' in error) return none(error.message);
    throw error;
  }
}

async function askGit(start: string, found: string): Promise<Repository | NoRepository> {
  const call = { cwd: start, env: gitEnvironment({}, BASE_SETTINGS) };
  const kind = await runGit(['rev-parse', '--is-bare-repository', '--is-inside-work-tree'], call);
  const [bare, inside] = kind.stdout.toString('utf8').split('\n');
  if (bare === 'true') return none('a bare repository has no work tree to write in');
  if (inside !== 'true') return none('the folder is inside a git directory, not in a work tree');

  const asked = ['--git-dir', '--git-common-dir', '--show-toplevel', '--show-object-format'];
  const reply = await runGit(['rev-parse', ...asked], call);
  const lines = new TextDecoder('utf-8').decode(reply.stdout).split('\n');
  const [gitDir, commonDir, topLevel, objectFormat] = lines;
  if (lines.length !== 5 || gitDir === undefined || commonDir === undefined || topLevel === undefined) {
    return none('the path of the repository has a line break in it');
  }
  if (objectFormat !== 'sha1' && objectFormat !== 'sha256')
    return none(`unknown object format ${objectFormat}`);
  if ((await realpath(topLevel)) !== found) {
    return none(`the work tree of the repository is ${topLevel}, but .git stands in ${found}`);
  }
  return {
    kind: 'repository',
    topLevel: found,
    gitDir: await realpath(resolve(start, gitDir)),
    commonDir: await realpath(resolve(start, commonDir)),
    objectFormat,
  };
}

/** The nearest folder at or above `start` that holds a `.git`, be it a folder or a file. */
async function folderWithGit(start: string): Promise<string | undefined> {
  for (let folder = start; ; folder = dirname(folder)) {
    if (await exists(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

async function olderThanNeeded(cwd: string): Promise<string | undefined> {
  const reply = await runGit(['version'], { cwd, env: gitEnvironment({}, []) });
  const text = reply.stdout.toString('utf8').trim();
  const [, major = '0', minor = '0'] = /^git version (\d+)\.(\d+)/.exec(text) ?? [];
  const [oldestMajor, oldestMinor] = OLDEST_GIT;
  const enough =
    Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
  return enough
    ? undefined
    : `${text} is older than ${OLDEST_GIT.join('.')}, which can be kept from running hooks`;
}

/** Whether anything stands at a path, a dangling link included. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}

function none(why: string): NoRepository {
  return { kind: 'none', why };
}
