import { promises as fs } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  contentHashOf,
  listChangeIds,
  readArchivedChange,
  readChange,
  readRoot,
  readSpecs,
} from '../../src/openspec/index.ts';
import { temporaryRoot, validDelta, write } from './temporary-root.ts';

async function problemOf(file: string, content: string | Buffer): Promise<string | undefined> {
  const root = await temporaryRoot({ [`changes/x/${file}`]: content });
  return (await readChange(root, 'x'))?.files.find((read) => read.file === `changes/x/${file}`)?.problem;
}

describe('reading a change', () => {
  it('gives its documents, deltas, tasks, capabilities and metadata', async () => {
    const root = await temporaryRoot({
      'changes/add-export/.openspec.yaml': 'schema: spec-driven\nskip_specs: true\n',
      'changes/add-export/proposal.md':
        '# P\n\n## Why\n\nB\n\n## Capabilities\n\n### New Capabilities\n- `data-export`, `data/import`: both\n\n### Modified Capabilities\n- users: fewer\n- None of the others\n- _None._\n',
      'changes/add-export/tasks.md': '## 1. Build\n- [x] 1.1 Do it\n  - [ ] 1.1.1 Test it\n',
      'changes/add-export/specs/data/export/spec.md': validDelta,
      'changes/add-export/diagram.png': Buffer.from([0x89, 0x50, 0xff, 0xfe]),
    });
    const change = await readChange(root, 'add-export');
    expect(change).toMatchObject({
      id: 'add-export',
      folder: 'changes/add-export',
      archived: false,
      skipSpecs: true,
      design: undefined,
      capabilities: [
        { name: 'data-export', kind: 'new', line: 10 },
        { name: 'data/import', kind: 'new', line: 10 },
        { name: 'users', kind: 'modified', line: 13 },
      ],
      tasks: [
        { id: '1.1', text: 'Do it', group: '1. Build', done: true, line: 2 },
        { id: '1.1.1', text: 'Test it', group: '1. Build', done: false, line: 3 },
      ],
      deltas: [{ capability: 'data/export', added: [{ name: 'Export' }] }],
    });
    expect(change?.files.filter((file) => file.problem !== undefined)).toEqual([]);
    expect(change?.savedAt).toBeGreaterThan(0);
  });

  it('takes headings from the Markdown tree: none in fences, comments, quotes or front matter', async () => {
    const proposal =
      '---\ntitle: x\n---\n# A\n\n```\n## fenced\n```\n\n<!--\n## hidden\n-->\n\n> ## quoted\n\n## B ##\n\nbody\n\nC\n---\n';
    const root = await temporaryRoot({ 'changes/x/proposal.md': proposal });
    const sections = (await readChange(root, 'x'))?.proposal?.sections;
    expect(sections?.map(({ title, level, line, endLine }) => ({ title, level, line, endLine }))).toEqual([
      { title: 'A', level: 1, line: 4, endLine: 21 },
      { title: 'B', level: 2, line: 16, endLine: 19 },
      { title: 'C', level: 2, line: 20, endLine: 21 },
    ]);
    expect(sections?.[1]).toMatchObject({ body: 'body', bodyLine: 18 });
  });

  it('reads CRLF with a byte order mark as it reads LF', async () => {
    const unix = `# P\n\n## Why\n\nBecause.\n\n## Open Questions\n- Who?\n`;
    const root = await temporaryRoot({
      'changes/unix/proposal.md': unix,
      'changes/windows/proposal.md': `\uFEFF${unix.replaceAll('\n', '\r\n')}`,
    });
    const [a, b] = [await readChange(root, 'unix'), await readChange(root, 'windows')];
    expect(b?.proposal?.sections).toEqual(a?.proposal?.sections);
    expect(b?.openQuestions.map(({ line, text }) => ({ line, text }))).toEqual([{ line: 8, text: 'Who?' }]);
  });

  it('knows a change by its content: its name moves with it into the archive, and a touch is nothing', async () => {
    const root = await temporaryRoot({
      'changes/x/proposal.md': '# P\n',
      'changes/x/specs/c/spec.md': validDelta,
    });
    const before = await readChange(root, 'x');
    await fs.utimes(path.join(root, 'changes/x/proposal.md'), new Date(0), new Date(0));
    await write(root, 'changes/x/.proposal.md.swp', 'noise');
    expect(await contentHashOf(root, 'x')).toBe(before?.contentHash);
    await fs.mkdir(path.join(root, 'changes/archive'));
    await fs.rename(path.join(root, 'changes/x'), path.join(root, 'changes/archive/2026-01-01-x'));
    expect(await readChange(root, 'x')).toBeUndefined();
    expect(await contentHashOf(root, 'x')).toBeUndefined();
    const archived = await readArchivedChange(root, '2026-01-01-x');
    expect(archived).toMatchObject({ contentHash: before?.contentHash, archived: true });
    await write(root, 'changes/archive/2026-01-01-x/proposal.md', '# Q\n');
    expect((await readArchivedChange(root, '2026-01-01-x'))?.contentHash).not.toBe(before?.contentHash);
  });
});

describe('what was read before', () => {
  it('is not taken for what stands there now, nor is an older time of saving', async () => {
    const root = await temporaryRoot({ 'changes/x/proposal.md': '# One\n' });
    const first = await readChange(root, 'x');
    await write(root, 'changes/x/proposal.md', '# Two\n');
    expect((await readChange(root, 'x'))?.proposal?.sections[0]?.title).toBe('Two');
    await write(root, 'changes/x/proposal.md', '# One\n');
    await fs.utimes(path.join(root, 'changes/x/proposal.md'), 1_000, 1_000);
    const again = await readChange(root, 'x');
    expect(again).toEqual({ ...first, savedAt: 1_000_000 });
  });
});

describe('content is a problem of its file, never an exception', () => {
  it.each([
    ['a proposal of 5 MB', 'proposal.md', Buffer.alloc(5 * 1024 * 1024, 'a '), /5\.0 MB/],
    ['invalid UTF-8', 'design.md', Buffer.from([0x23, 0x20, 0xff, 0xfe, 0x0a]), /not valid UTF-8/],
    ['UTF-16', 'design.md', Buffer.from('\uFEFF# Design', 'utf16le'), /not valid UTF-8/],
    ['quotes nested ten thousand deep', 'design.md', '> '.repeat(10_000), /nested deeper/],
    [
      'lists nested a thousand deep',
      'design.md',
      Array.from({ length: 1_000 }, (_, n) => `${' '.repeat(2 * n)}- a`).join('\n'),
      /nested deeper/,
    ],
    ['a hundred thousand lines', 'design.md', 'a\n---\n'.repeat(50_000), /lines, more than/],
    ['broken YAML', '.openspec.yaml', 'schema: [a\nb: }', /not valid YAML/],
    ['YAML that is a list', '.openspec.yaml', '- a\n', /not a mapping/],
    ['a wrong value in YAML', '.openspec.yaml', 'skip_specs: maybe\n', /skip_specs/],
    ['flow YAML nested five thousand deep', '.openspec.yaml', '['.repeat(5_000), /nested deeper/],
    ['block YAML nested five thousand deep', '.openspec.yaml', '- '.repeat(5_000), /nested deeper/],
    [
      'a billion laughs',
      '.openspec.yaml',
      `a: &a [x,x]\n${'bcdefghi'
        .split('')
        .map((key, n) => `${key}: &${key} [${`*${'abcdefgh'[n]},`.repeat(9)}x]\n`)
        .join('')}`,
      /not valid YAML/,
    ],
  ])('%s', async (_name, file, content, problem) => {
    expect(await problemOf(file, content)).toMatch(problem);
  });

  it('leaves ordinary documents alone: rules across the page, tables of contents, deep but sane lists', async () => {
    const text = `${'-'.repeat(200)}\n\n${'* '.repeat(60)}\n\n${'.'.repeat(80)} 4\n\n- a\n  - b\n    - c\n      - d\n`;
    expect(await problemOf('design.md', text)).toBeUndefined();
  });

  it('a second bomb in the same process does not bring it down', async () => {
    for (const depth of [1_000, 5_000, 3_000, 3_000]) {
      expect(await problemOf('.openspec.yaml', '['.repeat(depth))).toMatch(/nested deeper/);
    }
  });

  it('a change with no deltas, or with no file at all, is a change', async () => {
    const root = await temporaryRoot({ 'changes/bare/notes.txt': 'x' });
    await fs.mkdir(path.join(root, 'changes/empty'));
    expect(await readChange(root, 'bare')).toMatchObject({ deltas: [], tasks: [], proposal: undefined });
    expect(await readChange(root, 'empty')).toMatchObject({ files: [], savedAt: 0 });
  });
});

describe('nothing outside the root is read', () => {
  async function outside(): Promise<string> {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'specloop-outside-'));
    onTestFinished(() => fs.rm(folder, { recursive: true, force: true }));
    await write(folder, 'proposal.md', '# secret\n');
    await write(folder, 'secret-change/proposal.md', '# secret\n');
    return folder;
  }

  it('a linked file is named and not followed', async () => {
    const root = await temporaryRoot({ 'changes/x/tasks.md': '- [ ] a\n' });
    await fs.symlink(path.join(await outside(), 'proposal.md'), path.join(root, 'changes/x/proposal.md'));
    const change = await readChange(root, 'x');
    expect(change?.proposal).toMatchObject({ text: '', problem: expect.stringContaining('symbolic link') });
  });

  it('a linked change, a linked folder in a change and a linked changes/ are not entered', async () => {
    const away = await outside();
    const root = await temporaryRoot({ 'changes/x/tasks.md': '- [ ] a\n' });
    await fs.symlink(away, path.join(root, 'changes/linked'));
    await fs.symlink(away, path.join(root, 'changes/x/specs'));
    expect(await listChangeIds(root)).toEqual(['x']);
    expect(await readChange(root, 'linked')).toBeUndefined();
    expect((await readChange(root, 'x'))?.deltas).toEqual([]);
    const other = await temporaryRoot();
    await fs.rmdir(path.join(other, 'changes'));
    await fs.symlink(away, path.join(other, 'changes'));
    expect(await listChangeIds(other)).toEqual([]);
    expect(await readChange(other, 'secret-change')).toBeUndefined();
  });

  it.each(['../x', '..', '.', '', 'archive', 'a/b', 'a\\b', 'x\0', '.hidden'])(
    '%j is no change',
    async (id) => {
      const root = await temporaryRoot({ 'changes/x/proposal.md': '# P\n', 'x/proposal.md': '# Q\n' });
      expect(await readChange(root, id)).toBeUndefined();
    },
  );
});

describe('reading a root', () => {
  it('gives specs at any depth, active changes by id, and the names of archived ones', async () => {
    const spec =
      '# C\n\n## Purpose\nTo be.\n\n## Requirements\n\n### Requirement: R\nIt SHALL.\n\n#### Scenario: S\n- **WHEN** a\n';
    const root = await temporaryRoot({
      'specs/area/thing/spec.md': spec,
      'specs/spec.md': spec,
      'changes/b/proposal.md': 'x',
      'changes/a/proposal.md': 'x',
      'changes/README.md': 'x',
      'changes/archive/2026-01-01-c/proposal.md': 'x',
    });
    const read = await readRoot(root);
    expect(read.specs).toMatchObject([
      { capability: 'area/thing', purpose: 'To be.', requirements: [{ name: 'R', line: 8 }] },
    ]);
    expect(read.changes.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(read.archived).toEqual(['2026-01-01-c']);
    expect(await readSpecs(root)).toEqual(read.specs);
  });

  it('says which folder is missing and what to do', async () => {
    await expect(readRoot('/nonexistent/openspec')).rejects.toMatchObject({
      name: 'UserError',
      which: '/nonexistent/openspec',
      next: expect.stringContaining('openspec init'),
    });
  });
});
