import { execFileSync } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notIn } from '../../src/cli/review-since.ts';
import { findingSchema } from '../../src/types/index.ts';
import { temporaryFolder } from '../http/listening.ts';
import { startLmStudioServer } from '../support/lm-studio-server.ts';
import { type Built, buildPackage } from './built.ts';
import { runCommand } from './command-line.ts';

let built: Built;
beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

const example = new URL('../../examples/shop/openspec', import.meta.url).pathname;

/** A repository with a copy of the example. */
async function shop() {
  const cwd = await temporaryFolder();
  await cp(example, join(cwd, 'openspec'), { recursive: true });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], { cwd });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'the shop');
  const specloop = (...args: string[]) => runCommand(built.main, ['review', ...args], { cwd });
  return { cwd, git, specloop };
}

async function addFlaw(cwd: string): Promise<void> {
  const folder = join(cwd, 'openspec/changes/add-flaw/specs/flaw');
  await mkdir(folder, { recursive: true });
  const proposal = '## Why\nA flaw is needed here.\n\n## What Changes\n- A flaw\n';
  await writeFile(join(cwd, 'openspec/changes/add-flaw/proposal.md'), proposal);
  const spec = '## ADDED Requirements\n### Requirement: Flaw\nThe system SHALL be fast.\n';
  await writeFile(join(folder, 'spec.md'), spec);
}

describe('specloop review', () => {
  it('exits 4 with the findings as JSON of the contract, and needs no worker', async () => {
    const { specloop, cwd } = await shop();
    await addFlaw(cwd);
    const { code, stdout } = await specloop('--format', 'json');
    const result = JSON.parse(stdout);
    expect(code).toBe(4);
    expect(result).toMatchObject({ version: 1, root: join(cwd, 'openspec') });
    expect(result.changes).toContain('add-flaw');
    expect(result.findings.length).toBeGreaterThan(0);
    for (const finding of result.findings) findingSchema.parse(finding);
    expect(result.summary.error).toBeGreaterThan(0);
    expect(JSON.parse((await specloop('--json')).stdout)).toEqual(result);
  });

  it('fails from the severity on that it is told', async () => {
    const { specloop, cwd } = await shop();
    await addFlaw(cwd);
    expect((await specloop('add-flaw', '--fail-on', 'never')).code).toBe(0);
    expect((await specloop('add-flaw', '--fail-on', 'warning')).code).toBe(4);
    expect((await specloop('add-flaw', '--fail-on', 'sometimes')).code).toBe(2);
  });

  it('leaves out what lies outside of review.paths, with --since and a model as well', async () => {
    const { specloop, cwd } = await shop();
    await addFlaw(cwd);
    const files = async (...args: string[]) => {
      const { stdout } = await specloop('add-flaw', '--json', ...args);
      return JSON.parse(stdout).findings.map(({ file }: { file: string }) => file);
    };
    const delta = 'changes/add-flaw/specs/flaw/spec.md';
    const proposal = 'changes/add-flaw/proposal.md';
    expect(await files()).toEqual(expect.arrayContaining([delta, proposal]));
    await writeFile(join(cwd, 'specloop.yaml'), 'review: { paths: ["changes/*/specs/**"] }\n');
    const model = await startLmStudioServer();
    for (const args of [[], ['--since', 'main'], ['--lm', model.url]])
      expect(new Set(await files(...args)), args.join(' ')).toEqual(new Set([delta]));
    expect(model.chats().length).toBeGreaterThan(0);
    await writeFile(join(cwd, 'specloop.yaml'), 'review: { paths: ["specs/**"] }\n');
    expect((await specloop('add-flaw')).code).toBe(0);
    await model.stop();
  });

  it.each(['sarif', 'github', 'markdown', 'text'])(
    'prints %s with paths that a person can follow',
    async (format) => {
      const { specloop, cwd } = await shop();
      await addFlaw(cwd);
      const { code, stdout, stderr } = await specloop('add-flaw', '--format', format);
      expect([code, stderr]).toEqual([4, '']);
      expect(stdout).toContain('changes/add-flaw/specs/flaw/spec.md');
      if (format === 'github' || format === 'sarif') expect(stdout).toContain('openspec/changes/add-flaw');
      if (format === 'sarif') expect(JSON.parse(stdout).version).toBe('2.1.0');
    },
  );

  it('--since fails only on what was not there at the commit, committed or not', async () => {
    const { specloop, cwd, git } = await shop();
    const before = await specloop('--since', 'main', '--json');
    expect([before.code, JSON.parse(before.stdout).findings]).toEqual([0, []]);

    git('switch', '-q', '-c', 'flaw');
    await addFlaw(cwd);
    const untracked = await specloop('--since', 'main', '--json');
    expect(untracked.code).toBe(4);
    expect(
      new Set(JSON.parse(untracked.stdout).findings.map(({ change }: { change: string }) => change)),
    ).toEqual(new Set(['add-flaw']));
    git('add', '-A');
    git('commit', '-q', '-m', 'a flaw');
    expect((await specloop('--since', 'main')).code).toBe(4);
    expect((await specloop('--since', 'flaw')).code).toBe(0);
    expect((await specloop('--since', 'no-such-ref')).code).toBe(2);
  });

  it('names the changes there are when it is given one that is not: exit 2', async () => {
    const { specloop } = await shop();
    const { code, stderr } = await specloop('nothing');
    expect([code, stderr]).toEqual([2, expect.stringContaining('one of: ')]);
    expect((await specloop('nothing', '--all')).code).toBe(2);
  });

  it('says where there is no openspec folder: exit 2', async () => {
    const cwd = await temporaryFolder();
    const { code, stderr } = await runCommand(built.main, ['review'], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining('openspec init')]);
  });

  it('goes on by the rules where the model that was named does not answer, and says so', async () => {
    const { specloop } = await shop();
    const { stderr, stdout } = await specloop('--lm', 'http://127.0.0.1:9', '--json', '--fail-on', 'never');
    expect(stderr).toContain('reviewed by rules only');
    expect(JSON.parse(stdout).version).toBe(1);
  });
});

describe('findings that were there before', () => {
  const finding = { rule: 'r', severity: 'error' as const, file: 'f', line: 1, change: 'c', message: 'm' };

  it('are known by rule, file, requirement and words, not by line', () => {
    expect(notIn([finding], [{ ...finding, line: 9 }])).toEqual([]);
    expect(notIn([finding], [{ ...finding, requirement: 'R' }])).toHaveLength(1);
  });

  it('are counted: a second one alike is new', () => {
    expect(notIn([finding], [finding, { ...finding, line: 2 }])).toEqual([{ ...finding, line: 2 }]);
  });
});
