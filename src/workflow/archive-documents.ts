import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { readRootFile } from '../documents/sink/root-file.ts';
import { listFolders, walkFiles } from '../openspec/walk.ts';

const mostBytes = 512 * 1024;
/** Each read holds open folders and a file: a thousand at once would be more than a process may have. */
const batchSize = 32;

/**
 * What the archivist may quote: specs, archived changes and docs of a root, as `file` relative to it and text. What it
 * quotes is written into documents and committed, so a link anywhere on the way to a file keeps the file out.
 */
export async function archiveDocuments(root: string): Promise<{ file: string; text: string }[]> {
  const archived = listFolders(root, 'changes/archive').map((name) => `changes/archive/${name}`);
  const files = ['specs', ...archived, 'docs'].flatMap((folder) => markdownUnder(root, folder));
  files.push('project.md');
  const found: { file: string; text: string }[] = [];
  for (let start = 0; start < files.length; start += batchSize) {
    const batch = files.slice(start, start + batchSize);
    const texts = await Promise.all(batch.map((file) => boundedText(root, file)));
    batch.forEach((file, index) => {
      const text = texts[index];
      if (text !== undefined) found.push({ file, text });
    });
  }
  return found;
}

/** A document's text; undefined where there is none, or where a link would lead to it. */
export async function ownText(root: string, file: string): Promise<string | undefined> {
  const bytes = await readRootFile(root, file).catch(() => undefined);
  return bytes?.toString('utf8');
}

async function boundedText(root: string, file: string): Promise<string | undefined> {
  const found = await lstat(join(root, file)).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size > mostBytes) return undefined;
  return ownText(root, file);
}

function markdownUnder(root: string, folder: string): string[] {
  const walked = walkFiles(root, folder) ?? [];
  return walked.filter(({ file, why }) => why === undefined && file.endsWith('.md')).map(({ file }) => file);
}
