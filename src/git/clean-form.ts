import { copyFile, lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { callGit, type Git } from './caller.ts';
import { indexInfo, parseIndexEntries } from './records.ts';
import { GitFailure } from './run.ts';
import type { TreeRow } from './tree.ts';

/** Keeps a private index private: no shared part of it in the person's git directory. */
const PRIVATE_INDEX = [
  { key: 'core.splitIndex', value: 'false' },
  { key: 'core.untrackedCache', value: 'false' },
  { key: 'index.sparse', value: 'false' },
];

const MAX_ATTRIBUTES_BYTES = 100 * 1024 * 1024;

export interface CleanFormOptions {
  path: string;
  content: Buffer;
  /** HEAD's entry: what git does to CRLF depends on what the index holds already */
  head: TreeRow | undefined;
  /** an empty folder of our own */
  folder: string;
}

/**
 * The blob that git itself would make of these bytes at this path: line ends, `ident`, `working-tree-encoding`. Found
 * with a private index and a private work tree that hold this one file and the `.gitattributes` above it.
 */
export async function cleanForm(git: Git, options: CleanFormOptions): Promise<string> {
  const { path, folder } = options;
  const workTree = join(folder, 'tree');
  const indexFile = join(folder, 'index');
  const file = join(workTree, path);
  await mkdir(dirname(file), { recursive: true });
  const attributes = attributesAbove(path);
  await copyAttributes(git.repo.topLevel, workTree, attributes);
  await writeFile(file, options.content);

  const call = { workTree, indexFile, settings: PRIVATE_INDEX };
  const staged = await callGit(git, ['ls-files', '-s', '-v', '-z', '--', ...attributes]);
  const rows = parseIndexEntries(staged.stdout)
    .filter((entry) => entry.stage === '0')
    .map((entry) => indexInfo(entry, entry.path));
  if (options.head !== undefined) rows.push(indexInfo(options.head, path));
  await callGit(git, ['update-index', '--add', '-z', '--index-info'], {
    ...call,
    input: Buffer.concat(rows),
  });
  await callGit(git, ['update-index', '--add', '-z', '--stdin'], {
    ...call,
    input: Buffer.from(`${path}\0`),
  });
  const { stdout } = await callGit(git, ['ls-files', '-s', '-v', '-z', '--', path], call);
  const [entry] = parseIndexEntries(stdout);
  if (entry === undefined) throw new GitFailure(`git made no entry of ${path}`);
  return entry.oid;
}

/** The `.gitattributes` of each folder from the top level to the file's. */
function attributesAbove(path: string): string[] {
  const folders = path.split('/').slice(0, -1);
  return [...folders.keys(), folders.length].map((depth) =>
    [...folders.slice(0, depth), '.gitattributes'].join('/'),
  );
}

/** Only plain files: git does not follow a link there, and a FIFO would hang us. */
async function copyAttributes(from: string, to: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const source = join(from, path);
    const found = await lstat(source).catch(() => undefined);
    if (found?.isFile() !== true || found.size > MAX_ATTRIBUTES_BYTES) continue;
    await copyFile(source, join(to, path));
  }
}
