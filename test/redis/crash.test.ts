import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { openRedis } from '../../src/redis/index.ts';
import { type Compiled, compileSources } from '../support/compiled.ts';
import { isAlive } from '../support/process.ts';

const spoken = z.object({ pid: z.number(), adopted: z.boolean(), value: z.string().nullable() });

let compiled: Compiled;
let stateDir: string;
const workers = new Set<ChildProcess>();

beforeAll(async () => {
  compiled = await compileSources();
  await compiled.script(
    'worker.js',
    `import { openRedis } from './redis/index.js';
     const redis = await openRedis({ stateDir: process.argv[2] });
     process.on('SIGTERM', () => redis.close().then(() => process.exit(0)));
     const client = redis.connect('commands', 'worker');
     const value = await client.get('kept');
     await client.set('kept', process.argv[3]);
     console.log(JSON.stringify({ pid: redis.pid, adopted: redis.adopted, value }));
     setInterval(() => {}, 1000);`,
  );
});
afterAll(() => compiled.remove());
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'sl-crash-'));
});
afterEach(async () => {
  await Promise.all([...workers].map((worker) => end(worker, 'SIGKILL')));
  workers.clear();
  // A server that is still there is ended by the last to leave: us.
  await (await openRedis({ stateDir })).close();
  await rm(stateDir, { recursive: true, force: true });
});

function launch(value: string): ChildProcess {
  // A process group of its own, so that a test can send Ctrl-C to it as a terminal would.
  const worker = spawn(process.execPath, [join(compiled.folder, 'worker.js'), stateDir, value], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  workers.add(worker);
  return worker;
}

async function start(value: string) {
  const worker = launch(value);
  if (worker.stdout === null) throw new Error('the worker was started without a pipe');
  const [line] = await once(createInterface({ input: worker.stdout }), 'line');
  return { worker, ...spoken.parse(JSON.parse(String(line))) };
}

async function end(worker: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const exited = once(worker, 'exit');
  process.kill(-(worker.pid ?? 0), signal);
  await exited;
}

test('a Redis that outlived its killed worker is adopted with its data', async () => {
  const first = await start('from the first');
  await end(first.worker, 'SIGKILL');
  const second = await start('from the second');
  expect(second).toMatchObject({ pid: first.pid, adopted: true, value: 'from the first' });
});

test('Ctrl-C in the terminal ends the worker, and Redis only through the worker', async () => {
  const first = await start('1');
  await end(first.worker, 'SIGINT');
  const second = await start('2');
  expect(second).toMatchObject({ pid: first.pid, adopted: true });
});

test('after SIGTERM nothing is left running, and the next one starts anew on the data', async () => {
  const first = await start('kept by AOF');
  await end(first.worker, 'SIGTERM');
  await expect.poll(() => isAlive(first.pid)).toBe(false);
  const second = await start('2');
  expect(second).toMatchObject({ adopted: false, value: 'kept by AOF' });
});

test('when worker and Redis are both killed, the stale socket is in nobody’s way', async () => {
  const first = await start('kept by AOF');
  await end(first.worker, 'SIGKILL');
  process.kill(first.pid, 'SIGKILL');
  const second = await start('2');
  expect(second).toMatchObject({ adopted: false, value: 'kept by AOF' });
  expect(second.pid).not.toBe(first.pid);
});

test('workers that start at once share one server', async () => {
  const started = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((value) => start(value)));
  expect(new Set(started.map(({ pid }) => pid)).size).toBe(1);
  expect(started.filter(({ adopted }) => !adopted)).toHaveLength(1);
});

test('a worker that is killed at any moment of its start is in nobody’s way', async () => {
  for (let round = 0; round < 12; round += 1) {
    const worker = launch(`round ${round}`);
    // A different moment each round, from before the lock to after the start.
    await new Promise((resolve) => setTimeout(resolve, 60 + round * 25));
    await end(worker, 'SIGKILL');
  }
  const last = await start('done');
  await end(last.worker, 'SIGTERM');
  await expect.poll(() => isAlive(last.pid)).toBe(false);
});

test('a lock file that names a process of somebody else leads to no kill', async () => {
  const bystander = spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
  workers.add(bystander);
  const record = { nonce: 'x', socketPath: join(stateDir, 'none.sock'), dataDir: join(stateDir, 'redis') };
  await writeFile(join(stateDir, 'redis.lock'), JSON.stringify({ ...record, pid: String(bystander.pid) }));
  const first = await start('1');
  await end(first.worker, 'SIGTERM');
  expect(bystander.signalCode).toBeNull();
});

test('a Redis that was stopped is not waited for without end: the message names its pid', async () => {
  const first = await start('1');
  await end(first.worker, 'SIGKILL');
  process.kill(first.pid, 'SIGSTOP');
  try {
    await expect(openRedis({ stateDir })).rejects.toMatchObject({
      code: 'redis-not-adopted',
      exitCode: 3,
      next: expect.stringContaining(`kill -CONT ${first.pid}`),
    });
  } finally {
    process.kill(first.pid, 'SIGCONT');
  }
});
