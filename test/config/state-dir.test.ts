import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveStateDir, stateDirOf } from '../../src/config/index.ts';

const run = promisify(execFile);

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'sl-state-')));
  env = { XDG_STATE_HOME: join(folder, 'state') };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function repository(name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, 'openspec'), { recursive: true });
  const git = (...args: string[]) =>
    run('git', ['-C', path, '-c', 'user.name=A', '-c', 'user.email=a@b', ...args], {
      env: { PATH: process.env.PATH ?? '', HOME: folder, GIT_CONFIG_NOSYSTEM: '1' },
    });
  await git('init', '-q');
  await writeFile(join(path, 'openspec', 'project.md'), '# Project\n');
  await git('add', '.');
  await git('commit', '-qm', 'first');
  return path;
}

test('linked worktrees of one repository share it; two repositories do not', async () => {
  const one = await repository('one');
  const two = await repository('two');
  await run('git', ['-C', one, 'worktree', 'add', '-q', join(folder, 'elsewhere', 'tree')]);
  const ofOne = await stateDirOf({ env, root: join(one, 'openspec') });
  expect(await stateDirOf({ env, root: join(folder, 'elsewhere', 'tree', 'openspec') })).toBe(ofOne);
  expect(await stateDirOf({ env, root: join(two, 'openspec') })).not.toBe(ofOne);
});

test('it is named after the repository and private to the user', async () => {
  const one = await repository('my project');
  const made = await resolveStateDir({ env, root: join(one, 'openspec') });
  expect(made).toMatch(/\/state\/specloop\/my-project-[0-9a-f]{10}$/);
  expect((await stat(made)).mode & 0o777).toBe(0o700);
});

test('a submodule has its own', async () => {
  const outer = await repository('outer');
  const inner = await repository('inner');
  await run('git', ['-C', outer, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner, 'sub']);
  const ofSub = await stateDirOf({ env, root: join(outer, 'sub', 'openspec') });
  expect(ofSub).not.toBe(await stateDirOf({ env, root: join(outer, 'openspec') }));
  expect(ofSub).not.toBe(await stateDirOf({ env, root: join(inner, 'openspec') }));
});

test('outside git it belongs to the folder that holds the root', async () => {
  await mkdir(join(folder, 'plain', 'openspec'), { recursive: true });
  // An empty .git is no repository.
  await mkdir(join(folder, 'plain', '.git'));
  const dir = await stateDirOf({ env, root: join(folder, 'plain', 'openspec') });
  expect(dir).toContain('/plain-');
});

test('SPECLOOP_STATE_DIR wins, and a relative XDG_STATE_HOME is ignored', async () => {
  const root = join(folder, 'x', 'openspec');
  expect(await stateDirOf({ env: { ...env, SPECLOOP_STATE_DIR: join(folder, 'mine') }, root })).toBe(
    join(folder, 'mine'),
  );
  const home = await stateDirOf({ env: { XDG_STATE_HOME: 'relative', HOME: folder }, root });
  expect(home).toContain(join(folder, '.local', 'state', 'specloop'));
});

test('one that cannot be made is a message with the remedy, exit code 3', async () => {
  await writeFile(join(folder, 'file'), '');
  const root = join(folder, 'x', 'openspec');
  await expect(
    resolveStateDir({ env: { SPECLOOP_STATE_DIR: join(folder, 'file', 'x') }, root }),
  ).rejects.toMatchObject({
    code: 'state-dir-unusable',
    exitCode: 3,
    which: join(folder, 'file', 'x'),
    next: expect.stringContaining('SPECLOOP_STATE_DIR'),
  });
});
