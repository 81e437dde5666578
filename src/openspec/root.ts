import { promises as fs } from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors.ts';
import { parseCapabilitySpec } from './capability-spec.ts';
import { listArchivedIds, listChangeIds, readChange } from './change.ts';
import { decodeText } from './document.ts';
import { errorCode } from './error-code.ts';
import { type FileBytes, readFiles } from './file-bytes.ts';
import type { CapabilitySpec, OpenSpecChange } from './model.ts';
import { Newest } from './newest.ts';
import { specsFolder } from './paths.ts';
import { walkFiles } from './walk.ts';

/** A whole OpenSpec folder, read once. `root` is the absolute path of the folder that holds `changes/` and `specs/`. */
export interface OpenSpecRoot {
  root: string;
  specs: CapabilitySpec[];
  /** active changes, by id */
  changes: OpenSpecChange[];
  /** folder names under `changes/archive`, sorted */
  archived: string[];
}

/**
 * Reads specs and active changes; archived ones are only named. Content never makes it throw.
 *
 * @throws UserError (`root-unreadable`, exit 1) when there is no such folder, or it cannot be read
 */
export async function readRoot(root: string): Promise<OpenSpecRoot> {
  const absolute = path.resolve(root);
  await assertReadable(absolute);
  const [specs, ids, archived] = await Promise.all([
    readSpecs(absolute),
    listChangeIds(absolute),
    listArchivedIds(absolute),
  ]);
  const changes: OpenSpecChange[] = [];
  // one after the other: a change's files are read at once, and a hundred changes at once would hold them all in memory
  for (const id of ids) {
    const change = await readChange(absolute, id);
    if (change !== undefined) changes.push(change);
  }
  return { root: absolute, specs, changes, archived };
}

/** The specs of `specs/`, at any depth, sorted by capability. One that cannot be read is left out. */
export async function readSpecs(root: string): Promise<CapabilitySpec[]> {
  const walked = walkFiles(root, specsFolder) ?? [];
  const files = await readFiles(
    root,
    walked.filter(({ file }) => /^specs\/.+\/spec\.md$/.test(file)),
  );
  return files.flatMap((file) => readSpec(root, file) ?? []);
}

/** Specs change when a change is archived, and are read at every look. */
const parsedSpecs = new Newest<CapabilitySpec>(8 * 1024 * 1024);

function readSpec(root: string, { file, bytes, hash }: FileBytes): CapabilitySpec | undefined {
  const key = path.join(root, file);
  const known = parsedSpecs.get(key, hash);
  if (known !== undefined) return known;
  const text = bytes && decodeText(bytes);
  if (bytes === undefined || text === undefined) return undefined;
  const capability = file.slice(`${specsFolder}/`.length, -'/spec.md'.length);
  const spec = parseCapabilitySpec(text, { capability, file });
  parsedSpecs.put(key, { fingerprint: hash, value: spec, size: 1024 + bytes.length });
  return spec;
}

/** Throws the UserError of `readRoot` unless there is a folder that can be read. */
export async function assertReadable(root: string): Promise<void> {
  try {
    await fs.readdir(root);
  } catch (error) {
    const code = errorCode(error);
    const absent = code === 'ENOENT' || code === 'ENOTDIR';
    throw new UserError(absent ? 'there is no OpenSpec folder' : 'the OpenSpec folder cannot be read', {
      which: root,
      why: code,
      next: absent
        ? 'run `openspec init`, or name the folder with --root'
        : 'check the permissions of the folder',
      code: 'root-unreadable',
      cause: error,
    });
  }
}
