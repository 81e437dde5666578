import path from 'node:path';
import { readCapabilities } from './capabilities.ts';
import { contentHash } from './content-hash.ts';
import { parseDelta } from './delta.ts';
import { type ParsedDocument, parseDocument } from './document.ts';
import { type FileBytes, readFiles } from './file-bytes.ts';
import { withMarkdownParser } from './markdown-parser.ts';
import { readMetadata } from './metadata.ts';
import type { DeltaSpec, OpenSpecChange } from './model.ts';
import { Newest } from './newest.ts';
import { readOpenQuestions } from './open-questions.ts';
import { archiveFolder, changesFolder, folderOf, isChangeId, metadataName } from './paths.ts';
import { parseTasks } from './tasks.ts';
import { listFolders, walkFiles } from './walk.ts';

/**
 * Reads `changes/<id>`; undefined when there is no such folder (any more). Whatever its files hold, this does not throw:
 * what cannot be read has a `problem` on its file.
 *
 * @example const change = await readChange('/repo/openspec', 'add-export');
 */
export function readChange(root: string, id: string): Promise<OpenSpecChange | undefined> {
  return readChangeFolder(root, id, false);
}

/** Reads `changes/archive/<id>`, `id` with its date; undefined when there is no such folder. */
export function readArchivedChange(root: string, id: string): Promise<OpenSpecChange | undefined> {
  return readChangeFolder(root, id, true);
}

/** Names of the folders in `changes/` that are changes, sorted. */
export async function listChangeIds(root: string): Promise<string[]> {
  return listFolders(root, changesFolder).filter(isChangeId);
}

/** Names of the folders in `changes/archive`, sorted; with their dates, so the oldest first. */
export async function listArchivedIds(root: string): Promise<string[]> {
  return listFolders(root, archiveFolder);
}

/** The `contentHash` that `readChange` would give, without parsing; undefined when the change is gone. */
export async function contentHashOf(root: string, id: string): Promise<string | undefined> {
  const read = await readChangeBytes(root, folderOf(id), id);
  return read && contentHash(folderOf(id), read);
}

/** The bytes of every file of a change, at one go. */
export async function readChangeBytes(
  root: string,
  folder: string,
  id: string,
): Promise<FileBytes[] | undefined> {
  if (!isChangeId(id)) return undefined;
  const walked = walkFiles(root, folder);
  return walked && readFiles(root, walked);
}

/** Parsing takes ten times as long as reading, and most changes are read again as they were: to compare, to review one of them. */
const parsedChanges = new Newest<OpenSpecChange>(16 * 1024 * 1024);

async function readChangeFolder(
  root: string,
  id: string,
  archived: boolean,
): Promise<OpenSpecChange | undefined> {
  const folder = folderOf(id, archived);
  const read = await readChangeBytes(root, folder, id);
  if (read === undefined) return undefined;
  const key = path.resolve(root, folder);
  const fingerprint = contentHash(folder, read);
  const savedAt = Math.max(0, ...read.map((file) => file.mtimeMs));
  const known = parsedChanges.get(key, fingerprint);
  if (known !== undefined) return { ...known, savedAt };
  const parsed = await withMarkdownParser(() => parseChange({ id, folder, archived }, read));
  const change = { ...parsed, contentHash: fingerprint, savedAt };
  const size = read.reduce((sum, file) => sum + (file.bytes?.length ?? 0), 1024);
  parsedChanges.put(key, { fingerprint, value: change, size });
  return change;
}

function parseChange(
  names: Pick<OpenSpecChange, 'id' | 'folder' | 'archived'>,
  read: readonly FileBytes[],
): Omit<OpenSpecChange, 'contentHash' | 'savedAt'> {
  const parsed = new Map(read.map((file) => [file.file.slice(names.folder.length + 1), parseDocument(file)]));
  const proposal = parsed.get('proposal.md');
  const design = parsed.get('design.md');
  const tasksFile = parsed.get('tasks.md');
  const change = {
    ...names,
    files: Array.from(parsed.values(), ({ document }) => document),
    proposal: proposal?.document,
    design: design?.document,
    tasksFile: tasksFile?.document,
    capabilities: proposal ? readCapabilities(proposal) : [],
    deltas: readDeltas(parsed),
    tasks: tasksFile ? parseTasks(tasksFile.document.text) : [],
    openQuestions: [proposal, design].flatMap((document) => (document ? readOpenQuestions(document) : [])),
    skipSpecs: applyMetadata(parsed.get(metadataName)),
  };
  for (const document of parsed.values()) document.release();
  return change;
}

/** Whether `.openspec.yaml` says `skip_specs`; what is wrong with it becomes the file's problem. */
function applyMetadata(parsed: ParsedDocument | undefined): boolean {
  if (parsed === undefined || parsed.document.problem !== undefined) return false;
  const { skipSpecs, problem } = readMetadata(parsed.document.text);
  if (problem !== undefined) parsed.document.problem = problem;
  return skipSpecs;
}

/** `specs/<capability>/spec.md`, at any depth; hidden folders were never walked, and `specs/spec.md` is no delta. */
function readDeltas(parsed: ReadonlyMap<string, ParsedDocument>): DeltaSpec[] {
  return Array.from(parsed).flatMap(([name, { document }]) => {
    const parts = name.split('/');
    if (parts.length < 3 || parts[0] !== 'specs' || parts.at(-1) !== 'spec.md') return [];
    const capability = parts.slice(1, -1).join('/');
    return [parseDelta(document.text, { capability, file: document.file })];
  });
}
