import { promises as fs } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { TerminalError } from '../errors.ts';
import { folderOf, isChangeId, specsFolder } from './paths.ts';
import { validateChangeAt } from './validate-change.ts';
import type { ValidationIssue } from './validation-issue.ts';
import type { ValidatorChoice } from './validator-module.ts';
import { walkFiles } from './walk.ts';

/**
 * Validates a change as it would be with these bytes, on a copy in a temporary folder; the root is only read.
 *
 * @param files path relative to the root → its content, `undefined` for a file that would be gone. Paths lie in the
 *   change's folder, or in `specs/`; the change need not exist yet.
 * @throws TerminalError for a path that lies elsewhere
 * @example await validateCopy(root, 'add-export', new Map([['changes/add-export/design.md', Buffer.from('…')]]));
 */
export async function validateCopy(
  root: string,
  changeId: string,
  files: ReadonlyMap<string, Buffer | undefined>,
  choice?: ValidatorChoice,
): Promise<ValidationIssue[]> {
  if (!isChangeId(changeId)) throw new TerminalError(`'${changeId}' is not the name of a change`);
  const folder = folderOf(changeId);
  for (const file of files.keys()) assertWithin(file, folder);
  const touchesSpecs = [...files.keys()].some((file) => file.startsWith(`${specsFolder}/`));
  const copy = await fs.mkdtemp(path.join(os.tmpdir(), 'specloop-validate-'));
  try {
    await fs.mkdir(path.join(copy, folder), { recursive: true });
    await copyFolder(root, copy, folder);
    if (touchesSpecs) await copyFolder(root, copy, specsFolder);
    for (const [file, content] of files) await put(copy, file, content);
    const specsRoot = touchesSpecs ? copy : path.resolve(root);
    return await validateChangeAt({ root: copy, folder, specsRoot, home: path.resolve(root) }, choice);
  } finally {
    await fs.rm(copy, { recursive: true, force: true });
  }
}

function assertWithin(file: string, folder: string): void {
  const parts = file.split('/');
  const plain = parts.every((part) => part !== '' && part !== '.' && part !== '..') && !/[\\\0]/.test(file);
  if (plain && (file.startsWith(`${folder}/`) || file.startsWith(`${specsFolder}/`))) return;
  throw new TerminalError(`${file} lies neither in ${folder} nor in ${specsFolder}`);
}

/** Regular files only: a link in the copy would lead back to what must not be written. */
async function copyFolder(root: string, copy: string, folder: string): Promise<void> {
  for (const { file, why } of walkFiles(root, folder) ?? []) {
    if (why !== undefined) continue;
    await fs.mkdir(path.dirname(path.join(copy, file)), { recursive: true });
    await fs.copyFile(path.join(root, file), path.join(copy, file));
  }
}

async function put(copy: string, file: string, content: Buffer | undefined): Promise<void> {
  const target = path.join(copy, file);
  if (content === undefined) return fs.rm(target, { force: true });
  await fs.mkdir(path.dirname(target), { recursive: true });
  await fs.writeFile(target, content);
}
