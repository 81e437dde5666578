import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { attributesOf, type PathAttributes } from './attributes.ts';
import { callGit, type Git } from './caller.ts';
import type { ObjectReader } from './objects.ts';
import { type IndexEntry, parseIndexEntries } from './records.ts';
import { readTreePath, type TreePath } from './tree.ts';

/** What the index and the attributes say of a path, before HEAD is known. */
export interface IndexState {
  entry: IndexEntry | undefined;
  attributes: PathAttributes;
}

const FILE_MODES = ['100644', '100755'];
/** An entry of `git add --intent-to-add` looks like an empty file. */
const EMPTY_BLOBS = [
  'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
];

/** Why a path is none that we may write through git; undefined for a plain relative one with nothing odd above it. */
export async function refusedPath(topLevel: string, path: string): Promise<string | undefined> {
  const names = path.split('/');
  if (path.includes('\0') || Buffer.from(path).toString('utf8') !== path) return 'the path is no valid name';
  if (names.some((name) => name === '' || name === '.' || name === '..'))
    return 'the path is not inside the repository';
  if (names.some((name) => name.toLowerCase() === '.git')) return 'the path leads into a git directory';
  if (await hangingAttributes(topLevel)) return '.gitattributes is no plain file';
  for (let depth = 1; depth <= names.length; depth += 1) {
    const part = join(topLevel, ...names.slice(0, depth));
    const found = await lstat(part).catch(() => undefined);
    if (found === undefined) return undefined;
    if (found.isSymbolicLink()) return `${names.slice(0, depth).join('/')} is a symbolic link`;
    if (depth === names.length) return found.isFile() ? undefined : 'the path is not a plain file';
    if (!found.isDirectory()) return `${names.slice(0, depth).join('/')} is not a folder`;
    const hanging = await hangingAttributes(part);
    if (hanging) return `${names.slice(0, depth).join('/')}/.gitattributes is no plain file`;
    const nested = await lstat(join(part, '.git')).catch(() => undefined);
    if (nested !== undefined) return `${names.slice(0, depth).join('/')} is a repository of its own`;
  }
  return undefined;
}

/** Git waits for ever for the writer of a pipe that stands where attributes are read. */
async function hangingAttributes(folder: string): Promise<boolean> {
  const found = await lstat(join(folder, '.gitattributes')).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isSymbolicLink() && !found.isDirectory();
}

export async function readIndexState(git: Git, path: string): Promise<IndexState> {
  const [entries, attributes] = await Promise.all([
    callGit(git, ['ls-files', '-s', '-v', '-z', '--', path]),
    attributesOf(git, [path]),
  ]);
  const name = Buffer.from(path);
  return {
    entry: parseIndexEntries(entries.stdout).find((candidate) => candidate.path.equals(name)),
    attributes: attributes.get(path) ?? { filter: undefined, rewritten: false },
  };
}

export interface PathQuestion {
  path: string;
  tree: string;
  index: IndexState;
  /** the file did not exist before the edit */
  isNew: boolean;
}

export type PathAnswer = { kind: 'fit'; at: TreePath } | { kind: 'unfit'; why: string };

/** Whether a path can be committed by us: HEAD and index hold the same plain file, or neither holds one and we made it. */
export async function judgePath(git: Git, reader: ObjectReader, question: PathQuestion): Promise<PathAnswer> {
  const { path, index } = question;
  const oidBytes = git.repo.objectFormat === 'sha256' ? 32 : 20;
  const at = await readTreePath(reader, { tree: question.tree, path, oidBytes });
  if (at.blockedBy !== undefined) return unfit(`a ${at.blockedBy} of the last commit stands above the file`);
  if (index.attributes.filter !== undefined) {
    return unfit(`the filter "${index.attributes.filter}" applies to the file, and its command is not run`);
  }
  const head = at.entry;
  if (index.entry === undefined) {
    if (head !== undefined) return unfit('the removal of the file is staged');
    if (!question.isNew) return unfit('the file is untracked');
    return (await isIgnored(git, path)) ? unfit('the file is ignored') : { kind: 'fit', at };
  }
  if (head === undefined) return unfit('the file is staged, but was never committed');
  if (!FILE_MODES.includes(head.mode)) return unfit('the last commit has no plain file there');
  if (index.entry.tag !== 'H')
    return unfit('the file has flags in the index (skip-worktree or assume-unchanged)');
  if (head.mode !== index.entry.mode) return unfit('a change of the file mode is staged');
  if (head.oid !== index.entry.oid) return unfit('a change of the file is staged');
  if (EMPTY_BLOBS.includes(head.oid) && (await isIntentToAdd(git, path)))
    return unfit('the file is staged as intended only');
  return question.isNew
    ? unfit('the file was removed, and the removal is not committed')
    : { kind: 'fit', at };
}

async function isIgnored(git: Git, path: string): Promise<boolean> {
  const reply = await callGit(git, ['check-ignore', '-q', '-z', '--stdin'], {
    input: Buffer.from(`${path}\0`),
    accept: [1],
    literalPathspecs: false,
  });
  return reply.code === 0;
}

/** The entry equals HEAD's empty file, yet git counts it as absent. */
async function isIntentToAdd(git: Git, path: string): Promise<boolean> {
  const { stdout } = await callGit(git, [
    'diff-index',
    '--cached',
    '--ita-invisible-in-index',
    '--raw',
    '-z',
    'HEAD',
    '--',
    path,
  ]);
  return stdout.length > 0;
}

function unfit(why: string): PathAnswer {
  return { kind: 'unfit', why };
}
