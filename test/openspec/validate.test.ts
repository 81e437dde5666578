import { promises as fs } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  readChange,
  type ValidationIssue,
  validateChange,
  validateCopy,
  validateSpec,
  validatorVersion,
} from '../../src/openspec/index.ts';
import { temporaryRoot, validDelta, write } from './temporary-root.ts';

const mainSpec = `# c Specification

## Purpose
Exports records in formats that other programs of the customer can read.

## Requirements

### Requirement: Export
The system SHALL export records as CSV.

#### Scenario: One record
- **WHEN** a user with one record exports
- **THEN** the file has two lines

#### Scenario: No record
- **WHEN** a user without records exports
- **THEN** the file has one line
`;

async function linesOf(root: string, issues: ValidationIssue[]): Promise<string[]> {
  return Promise.all(
    issues.map(async ({ file, line }) => {
      const text = (await fs.readFile(path.join(root, file), 'utf8')).split('\n')[line - 1];
      return `${file}: ${text}`;
    }),
  );
}

describe('validating a change', () => {
  it('finds nothing in a valid one', async () => {
    const root = await temporaryRoot({ 'changes/x/specs/c/spec.md': validDelta });
    expect(await validateChange(root, 'changes/x')).toEqual([]);
    expect(await validateChange(root, path.join(root, 'changes/x'))).toEqual([]);
  });

  it('puts an issue at the requirement that it names, in its section', async () => {
    const dropped = validDelta.replace('ADDED', 'MODIFIED');
    const weak = validDelta.replaceAll('Export', 'Print').replace('SHALL', 'does');
    const root = await temporaryRoot({
      'specs/c/spec.md': mainSpec,
      'changes/x/specs/c/spec.md': `Export is mentioned here.\n\n${dropped}\n${weak}`,
    });
    const issues = await validateChange(root, 'changes/x');
    expect(issues.map(({ level }) => level)).toEqual(['WARNING', 'ERROR']);
    expect(issues[1]?.message).toContain('omits scenario(s)');
    expect(await linesOf(root, issues)).toEqual([
      'changes/x/specs/c/spec.md: ### Requirement: Print',
      'changes/x/specs/c/spec.md: ### Requirement: Export',
    ]);
  });

  it('puts a duplicate at its second place', async () => {
    const root = await temporaryRoot({ 'changes/x/specs/c/spec.md': `${validDelta}\n${validDelta}` });
    const [issue] = await validateChange(root, 'changes/x');
    expect(issue).toMatchObject({ level: 'ERROR', file: 'changes/x/specs/c/spec.md', line: 12 });
    expect(issue?.message).toMatch(/^Duplicate/);
  });

  it('puts an issue about tasks in tasks.md, at the line that OpenSpec gives', async () => {
    const root = await temporaryRoot({
      'changes/x/specs/c/spec.md': validDelta,
      'changes/x/tasks.md': '## 1. A\n- [ ] 1.1 a\n- [ ] 1.1 b\n',
    });
    expect(await validateChange(root, 'changes/x')).toMatchObject([
      { level: 'WARNING', file: 'changes/x/tasks.md', line: 3 },
    ]);
  });

  it('puts an issue about the whole change at a file that exists', async () => {
    const root = await temporaryRoot({ 'changes/x/proposal.md': '# P\n', 'changes/y/notes.md': 'n\n' });
    expect(await validateChange(root, 'changes/x')).toMatchObject([
      { file: 'changes/x/proposal.md', line: 1 },
    ]);
    expect(await validateChange(root, 'changes/y')).toMatchObject([{ file: 'changes/y/notes.md', line: 1 }]);
  });

  it('judges the files as they are now, however often they were judged before', async () => {
    const root = await temporaryRoot({ 'changes/x/specs/c/spec.md': validDelta });
    (await validateChange(root, 'changes/x')).push({
      level: 'ERROR',
      file: 'f',
      line: 1,
      message: 'not theirs',
    });
    expect(await validateChange(root, 'changes/x')).toEqual([]);
    await write(root, 'specs/c/spec.md', mainSpec);
    expect(await validateChange(root, 'changes/x')).toMatchObject([
      { level: 'INFO', message: expect.stringContaining('Archive would refuse') },
    ]);
    await write(root, 'changes/x/specs/c/spec.md', validDelta.replace('ADDED', 'MODIFIED'));
    expect(await validateChange(root, 'changes/x')).toMatchObject([{ level: 'ERROR' }]);
    await write(root, 'changes/x/specs/c/spec.md', validDelta.replaceAll('Export', 'Print'));
    expect(await validateChange(root, 'changes/x')).toEqual([]);
  });

  it('finds nothing in a change that is gone', async () => {
    expect(await validateChange(await temporaryRoot(), 'changes/x')).toEqual([]);
  });

  it.each([
    ['specs/c/spec.md', `### Requirement: a${' '.repeat(300_000)}b\u2028c\n`],
    ['specs/c/spec.md', Buffer.alloc(2 * 1024 * 1024, 'a ')],
    ['.openspec.yaml', '['.repeat(5_000)],
  ])('does not hand %s to OpenSpec when reading it would hang or end the process', async (file, content) => {
    const root = await temporaryRoot({ [`changes/x/${file}`]: content });
    const issues = await validateChange(root, 'changes/x');
    expect(issues).toMatchObject([{ level: 'ERROR', file: `changes/x/${file}`, line: 1 }]);
    expect(issues[0]?.message).toMatch(/^not validated/);
  });
});

describe('validating a spec', () => {
  it('puts issues at the requirement and the purpose that they are about', async () => {
    const root = await temporaryRoot({
      'specs/c/spec.md': mainSpec.replace('SHALL', 'does').replace(/Exports records in .*/, 'TBD'),
    });
    const issues = await validateSpec(root, 'c');
    expect(issues.every(({ level }) => level === 'WARNING')).toBe(true);
    // OpenSpec gives the line of the placeholder itself
    expect(await linesOf(root, issues)).toEqual([
      'specs/c/spec.md: TBD',
      'specs/c/spec.md: ### Requirement: Export',
    ]);
  });

  it('finds nothing in a spec that is gone', async () => {
    expect(await validateSpec(await temporaryRoot(), 'c')).toEqual([]);
  });
});

describe('validating a copy', () => {
  it('judges the change as it would be, against the specs, and writes nothing to the root', async () => {
    const root = await temporaryRoot({
      'specs/c/spec.md': mainSpec,
      'changes/x/specs/c/spec.md': validDelta,
    });
    const before = await readChange(root, 'x');
    const broken = new Map([
      ['changes/x/specs/c/spec.md', Buffer.from(validDelta.replace('ADDED', 'MODIFIED'))],
    ]);
    expect(await validateCopy(root, 'x', broken)).toMatchObject([
      { level: 'ERROR', file: 'changes/x/specs/c/spec.md', line: 3 },
    ]);
    expect((await readChange(root, 'x'))?.contentHash).toBe(before?.contentHash);
  });

  it('takes a change that does not exist yet, a file that would be gone, and a spec that would be other', async () => {
    const root = await temporaryRoot({
      'specs/c/spec.md': mainSpec,
      'changes/x/specs/c/spec.md': validDelta,
    });
    const delta = Buffer.from(validDelta.replace('ADDED', 'MODIFIED'));
    const spec = Buffer.from(mainSpec.slice(0, mainSpec.indexOf('#### Scenario: No record')));
    expect(
      await validateCopy(root, 'new', new Map([['changes/new/specs/n/spec.md', Buffer.from(validDelta)]])),
    ).toEqual([]);
    expect(await validateCopy(root, 'x', new Map([['changes/x/specs/c/spec.md', undefined]]))).toMatchObject([
      { level: 'ERROR', message: expect.stringContaining('No deltas found') },
    ]);
    const both = new Map([
      ['changes/x/specs/c/spec.md', delta],
      ['specs/c/spec.md', spec],
    ]);
    expect(await validateCopy(root, 'x', both)).toEqual([]);
  });

  it('leaves no copy behind', async () => {
    const root = await temporaryRoot({ 'changes/x/specs/c/spec.md': validDelta });
    const own = await fs.mkdtemp(path.join(os.tmpdir(), 'specloop-tmp-'));
    const before = process.env.TMPDIR;
    process.env.TMPDIR = own;
    try {
      await validateCopy(root, 'x', new Map());
      expect(await fs.readdir(own)).toEqual([]);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      await fs.rm(own, { recursive: true });
    }
  });

  it.each(['../outside.md', 'changes/y/proposal.md', 'changes/x/../y/a.md', '/etc/passwd', 'config.yaml'])(
    'refuses to write %s',
    async (file) => {
      const root = await temporaryRoot({ 'changes/x/specs/c/spec.md': validDelta });
      await expect(validateCopy(root, 'x', new Map([[file, Buffer.from('x')]]))).rejects.toMatchObject({
        name: 'TerminalError',
      });
    },
  );
});

describe('which OpenSpec validates', () => {
  const validator = (message: string) =>
    `export class Validator {
      async validateChangeDeltaSpecs() { return { issues: [{ level: 'INFO', path: 'file', message: '${message}' }] }; }
      async validateSpec() { return { issues: [] }; }
    }`;

  async function withInstalled(version: string, code: string): Promise<string> {
    const root = await temporaryRoot({ 'changes/x/proposal.md': '# P\n' });
    const folder = '../node_modules/@fission-ai/openspec';
    await write(
      root,
      `${folder}/package.json`,
      JSON.stringify({ name: '@fission-ai/openspec', version, type: 'module' }),
    );
    await write(root, `${folder}/dist/core/validation/validator.js`, code);
    return root;
  }

  it('is the one that the repository has installed', async () => {
    const root = await withInstalled('1.2.3', validator('from the team'));
    expect(await validatorVersion(root)).toMatchObject({ version: '1.2.3', source: 'installed' });
    expect(await validateChange(root, 'changes/x')).toMatchObject([{ message: 'from the team' }]);
  });

  it('is the bundled one where that is wished, and no code of the repository runs', async () => {
    const root = await withInstalled('1.2.4', `globalThis.ranInstalled = true; ${validator('no')}`);
    expect(await validatorVersion(root, { allowInstalled: false })).toMatchObject({ source: 'bundled' });
    expect(await validateChange(root, 'changes/x', { allowInstalled: false })).not.toMatchObject([
      { message: 'no' },
    ]);
    expect('ranInstalled' in globalThis).toBe(false);
  });

  it.each([
    ['has another major version', '2.0.0', validator('no')],
    ['does not load', '1.2.5', 'throw new Error("broken")'],
    ['has no validator', '1.2.6', 'export const nothing = 1;'],
  ])('is the bundled one where the installed one %s', async (_name, version, code) => {
    const root = await withInstalled(version, code);
    expect(await validatorVersion(root)).toMatchObject({ source: 'bundled' });
  });
});
