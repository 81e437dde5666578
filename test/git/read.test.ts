import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import {
  baseOf,
  changedSince,
  currentBranch,
  headOf,
  openRepository,
  showFile,
} from '../../src/git/index.ts';
import { GitFailure, runGit } from '../../src/git/run.ts';
import { bytesOf, Desk, DOC, lines, open, put, run } from './support.ts';

let desk: Desk;
let top: string;
beforeEach(async () => {
  desk = await Desk.make();
  top = await desk.repository();
});
afterEach(() => desk.remove());

test('a linked work tree shares the common directory and has a git directory of its own', async () => {
  const linked = join(desk.folder, 'linked');
  await desk.git(top, 'worktree', 'add', '-q', '-b', 'feature', linked);
  const [main, second] = [await open(join(top, 'openspec')), await open(linked)];
  expect(main).toMatchObject({ kind: 'repository', topLevel: top, objectFormat: 'sha1' });
  expect(second.topLevel).toBe(linked);
  expect(second.commonDir).toBe(main.commonDir);
  expect(second.gitDir).not.toBe(main.gitDir);
  expect(await currentBranch(second)).toBe('feature');
});

test('branch and head are those of the work tree, and undefined where there are none', async () => {
  const repo = await open(top);
  expect(await currentBranch(repo)).toBe('main');
  expect(await headOf(repo)).toBe((await desk.git(top, 'rev-parse', 'HEAD')).trim());
  await desk.git(top, 'switch', '-q', '--detach');
  expect(await currentBranch(repo)).toBe(undefined);
  await desk.git(top, 'switch', '-q', '--orphan', 'empty');
  expect(await currentBranch(repo)).toBe('empty');
  expect(await headOf(repo)).toBe(undefined);
});

test('changed since a branch is what this branch, the index and the work tree did, not what the branch did meanwhile', async () => {
  await put(top, 'openspec/gone.md', 'gone\n');
  await put(top, 'openspec/theirs.md', 'theirs\n');
  await desk.git(top, 'add', '.');
  await desk.git(top, 'commit', '-q', '-m', 'More');
  await desk.git(top, 'switch', '-q', '-c', 'feature');
  await put(top, DOC, lines({ 5: 'committed' }));
  await desk.git(top, 'commit', '-q', '-am', 'Committed');
  await desk.git(top, 'switch', '-q', 'main');
  await put(top, 'openspec/theirs.md', 'changed on main\n');
  await desk.git(top, 'commit', '-q', '-am', 'On main');
  await desk.git(top, 'switch', '-q', 'feature');
  await put(top, 'openspec/staged.md', 'staged\n');
  await desk.git(top, 'add', '.');
  await put(top, 'openspec/größe\n.md', 'untracked\n');
  await put(top, 'outside.md', 'outside\n');
  await rm(join(top, 'openspec/gone.md'));
  const repo = await open(top);
  expect(await changedSince(repo, 'main', 'openspec')).toEqual(
    [DOC, 'openspec/gone.md', 'openspec/größe\n.md', 'openspec/staged.md'].sort(),
  );
  expect(await changedSince(repo, 'main', '')).toContain('outside.md');
  const base = await baseOf(repo, 'main');
  expect((await showFile(repo, base, 'openspec/theirs.md'))?.toString()).toBe('theirs\n');
  expect(await showFile(repo, base, 'openspec/staged.md')).toBe(undefined);
});

test('what changed is found without running a filter, a text converter or a monitor', async () => {
  const script = await desk.plant();
  await put(top, '.git/info/attributes', '* filter=planted diff=planted\n');
  for (const key of ['filter.planted.clean', 'diff.planted.textconv', 'diff.external', 'core.fsmonitor']) {
    await desk.git(top, 'config', key, script);
  }
  await put(top, DOC, lines({ 5: 'edited' }));
  expect(await changedSince(await open(top), 'HEAD', 'openspec')).toEqual([DOC]);
  expect(await bytesOf(desk.marker)).toBe(undefined);
});

test.for(['no-such-branch', '--output=planted', '', 'HEAD:openspec'])(
  'a ref that is no commit is a usage error that names it: %j',
  async (ref) => {
    const failure: unknown = await changedSince(await open(top), ref, 'openspec').catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ which: ref, exitCode: 2 });
  },
);

test('a git that hangs is ended at its time limit', async () => {
  const pipe = join(desk.folder, 'pipe');
  await run('mkfifo', [pipe], { cwd: desk.folder, env: process.env });
  const call = { cwd: desk.folder, env: process.env, timeLimitMs: 100 };
  await expect(runGit(['config', '--file', pipe, '--list'], call)).rejects.toThrow(GitFailure);
});

test('a machine without git has no repository, and is told so', async () => {
  const path = process.env.PATH;
  process.env.PATH = desk.home;
  try {
    expect(await openRepository(top)).toEqual({
      kind: 'none',
      why: expect.stringMatching(/git is not installed/),
    });
  } finally {
    process.env.PATH = path;
  }
});
