import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archiveDocuments, ownText } from '../../src/workflow/archive-documents.ts';

let folder: string;
let root: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sl-archive-'));
  root = join(folder, 'openspec');
  await mkdir(root);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(file: string, text: string): Promise<string> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

describe('what the archivist may quote', () => {
  it('is the markdown of specs, archived changes and docs, and the project file', async () => {
    await put('openspec/project.md', '# Project');
    await put('openspec/docs/deep/guide.md', '# Guide');
    await put('openspec/docs/notes.txt', 'no markdown');
    await put('openspec/specs/pay/spec.md', '# Pay');
    await put('openspec/changes/archive/2026-01-01-pay/proposal.md', '# Archived');
    await put('openspec/changes/open/proposal.md', '# Not archived');
    await put('openspec/docs/huge.md', 'x'.repeat(512 * 1024 + 1));
    expect(await archiveDocuments(root)).toEqual([
      { file: 'specs/pay/spec.md', text: '# Pay' },
      { file: 'changes/archive/2026-01-01-pay/proposal.md', text: '# Archived' },
      { file: 'docs/deep/guide.md', text: '# Guide' },
      { file: 'project.md', text: '# Project' },
    ]);
  });

  it('holds every file of more than are read at once, in order', async () => {
    const names = Array.from({ length: 70 }, (_, index) => `docs/${String(index).padStart(2, '0')}.md`);
    for (const name of names) await put(`openspec/${name}`, name);
    expect(await archiveDocuments(root)).toEqual(names.map((file) => ({ file, text: file })));
  });

  it('is no file that a linked project file or a linked markdown file leads to', async () => {
    const secret = await put('outside/secret.md', 'secret');
    await symlink(secret, join(root, 'project.md'));
    await mkdir(join(root, 'docs'));
    await symlink(secret, join(root, 'docs', 'linked.md'));
    expect(await archiveDocuments(root)).toEqual([]);
    expect(await ownText(root, 'project.md')).toBeUndefined();
  });

  it.each(['specs', 'docs', 'docs/inner', 'changes', 'changes/archive', 'changes/archive/2026-01-01-pay'])(
    'is nothing behind a link in the place of %s',
    async (place) => {
      await put('outside/secret.md', 'secret');
      await put('outside/archive/x/secret.md', 'secret');
      await put('outside/x/secret.md', 'secret');
      await mkdir(dirname(join(root, place)), { recursive: true });
      await symlink(join(folder, 'outside'), join(root, place));
      expect(await archiveDocuments(root)).toEqual([]);
      expect(await ownText(root, `${place}/secret.md`)).toBeUndefined();
    },
  );

  it('leaves out a path that climbs out of the root', async () => {
    await put('outside/secret.md', 'secret');
    expect(await ownText(root, '../outside/secret.md')).toBeUndefined();
  });
});
