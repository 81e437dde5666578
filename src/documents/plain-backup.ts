import { dirname, join } from 'node:path';
import { pathParts } from './sink/safe-path.ts';
import { privateFolder, writeDurably } from './store/durable-file.ts';

export interface PlainBackup {
  stateDir: string;
  /** the id of the update that is about to be written */
  update: string;
  /** of the document, relative to the root */
  path: string;
  bytes: Buffer;
}

/**
 * Puts a document's old bytes as a plain file under `<state>/backups/<update>/<path>`, so that a person can copy it back
 * with no tool at all. Nothing of ours reads it: undo rests on the versions that the document store keeps by their
 * content, so these may be removed at any time.
 *
 * Twice is once: a second attempt of an update replaces the file by the bytes that this attempt is about to replace.
 *
 * @returns the file's path; readable by its owner only, and on disk when it resolves
 */
export async function keepPlainBackup({ stateDir, update, path, bytes }: PlainBackup): Promise<string> {
  const file = join(stateDir, 'backups', update, ...pathParts(path));
  await privateFolder(dirname(file));
  await writeDurably(file, bytes);
  return file;
}
