import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

const mostBytes = 512 * 1024;

async function markdownUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  // `isFile` is false for links: what they point at may lie outside.
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What the archivist may quote: specs, archived changes and docs of a root, as `file` relative to it and text. */
export async function archiveDocuments(root: string): Promise<{ file: string; text: string }[]> {
  const folders = [join(root, 'specs'), join(root, 'changes', 'archive'), join(root, 'docs')];
  const files = (await Promise.all(folders.map(markdownUnder))).flat();
  files.push(join(root, 'project.md'));
  const texts = await Promise.all(
    files.map(async (path) => {
      const found = await stat(path).catch(() => undefined);
      if (found === undefined || !found.isFile() || found.size > mostBytes) return undefined;
      const text = await readFile(path, 'utf8').catch(() => undefined);
      return text === undefined ? undefined : { file: relative(root, path).split(sep).join('/'), text };
    }),
  );
  return texts.filter((document) => document !== undefined);
}
