import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { lockFolder } from '../../src/redis/index.ts';
import { type Compiled, compileSources } from '../support/compiled.ts';

let compiled: Compiled;
let folder: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  compiled = await compileSources();
  await compiled.script(
    'hold.js',
    `import { spawn } from 'node:child_process';
     import { lockFolder } from './redis/lock.js';
     const lock = await lockFolder(process.argv[2], { pid: String(process.pid), url: 'http://127.0.0.1:4100' });
     if ('heldBy' in lock) { console.log('held by ' + lock.heldBy.pid); process.exit(0); }
     if (process.argv[3] === 'hand-on') {
       const child = spawn('sleep', ['600'], { stdio: ['ignore', 'ignore', 'ignore', lock.fd] });
       console.log('child ' + child.pid);
     } else console.log('mine');
     setInterval(() => {}, 1000);`,
  );
});
afterAll(() => compiled.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sl-lock-'));
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the script that takes the lock, and gives its first line. */
async function hold(...args: string[]): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(process.execPath, [join(compiled.folder, 'hold.js'), folder, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, line: String(line) };
}

test('a second process is told who holds the folder', async () => {
  const { child, line } = await hold();
  expect(line).toBe('mine');
  expect(await lockFolder(folder, {})).toEqual({
    heldBy: { pid: String(child.pid), url: 'http://127.0.0.1:4100' },
  });
});

test('the hold ends with its process, even by SIGKILL', async () => {
  const { child } = await hold();
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await hold()).line).toBe('mine');
});

test('of many at once exactly one gets it', async () => {
  const lines = await Promise.all(Array.from({ length: 6 }, () => hold()));
  expect(lines.filter(({ line }) => line === 'mine')).toHaveLength(1);
});

test('a child that inherits the descriptor holds on after its parent was killed', async () => {
  const { child, line } = await hold('hand-on');
  const grandchild = Number(line.replace('child ', ''));
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await lockFolder(folder, {})).toHaveProperty('heldBy');
  process.kill(grandchild, 'SIGKILL');
  await expect.poll(async () => 'fd' in (await lockFolder(folder, {})), { timeout: 10_000 }).toBe(true);
});

test('the record follows update, also to a shorter one, and release frees it', async () => {
  const lock = await lockFolder(folder, {
    pid: '1',
    url: 'http://127.0.0.1:4100',
    since: '2026-01-01T00:00:00Z',
  });
  if ('heldBy' in lock) throw new Error('somebody else holds a fresh folder');
  lock.update({ pid: '2' });
  expect(await lockFolder(folder, {})).toEqual({ heldBy: { pid: '2' } });
  await lock.release();
  await lock.release();
  expect(await lockFolder(folder, {})).toHaveProperty('fd');
});

test('a link in place of the lock file is refused and its target is left alone', async () => {
  const target = join(folder, 'precious');
  await writeFile(target, 'mine');
  const locked = join(folder, 'locked');
  await mkdir(locked);
  await symlink(target, join(locked, 'lock'));
  await expect(lockFolder(locked, { pid: '1' })).rejects.toMatchObject({
    code: 'lock-unusable',
    exitCode: 3,
  });
});
