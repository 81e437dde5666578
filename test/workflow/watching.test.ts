import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ActorRuntime } from '../../src/actors/index.ts';
import { changeMachine } from '../../src/machines/index.ts';
import { changeActor } from '../../src/workflow/identity.ts';
import { SurroundingsCache } from '../../src/workflow/surroundings.ts';
import { Watching } from '../../src/workflow/watching.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { openChangesWithoutWork } from './changes-without-work.ts';

const soon = { timeout: 40_000 };
let redis: TestRedis;
let root: string;
let runtime: ActorRuntime;
let stopping: AbortController;
let watching: Watching;
let problems: EventEmitter;

beforeAll(async () => {
  redis = await startTestRedis();
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sl-watching-'));
  runtime = await openChangesWithoutWork(redis, 'watching');
  stopping = new AbortController();
  problems = new EventEmitter();
  watching = new Watching({
    root,
    runtime,
    surroundings: new SurroundingsCache(root),
    signal: stopping.signal,
    isOwnWrite: () => false,
    onProblem: (problem) => problems.emit('problem', problem),
    onLine: () => {},
  });
});
afterEach(async () => {
  stopping.abort();
  await watching.stop();
  await runtime.close();
  await redis.flush();
  await rm(root, { recursive: true });
});
afterAll(() => redis.stop());

async function save(change: string, text: string): Promise<void> {
  const folder = join(root, 'changes', change);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'proposal.md'), text);
}

async function knownHash(change: string): Promise<string> {
  const known = await runtime.snapshot(changeMachine, changeActor(change));
  return known?.snapshot.context.contentHash ?? '';
}

const stateOf = async (change: string) => (await runtime.get(changeActor(change)))?.state;

it('tells of the saves that were made while Redis was away once it is back', async () => {
  await save('add-a', '## Why\n\nFirst.\n');
  await watching.start();
  const before = await knownHash('add-a');
  expect(before).not.toBe('');
  await redis.kill9();
  const failed = once(problems, 'problem');
  await save('add-a', '## Why\n\nSecond.\n');
  await save('add-b', '## Why\n\nAnother.\n');
  await failed;
  await redis.restart();
  await expect.poll(() => knownHash('add-a'), soon).not.toBe(before);
  await expect.poll(() => knownHash('add-b'), soon).not.toBe('');
}, 60_000);

it('notices the changes that went while nobody watched, though Redis is away at the first look', async () => {
  await save('add-a', '## Why\n\nStays.\n');
  await runtime.start('change', changeActor('add-gone'), { change: 'add-gone' });
  await redis.kill9();
  const failed = once(problems, 'problem');
  const started = watching.start();
  await failed;
  await redis.restart();
  await started;
  expect(await stateOf('add-gone')).toBe('absent');
  expect(await knownHash('add-a')).not.toBe('');
}, 60_000);

it('ends though what it has to tell cannot be told', async () => {
  await watching.start();
  await redis.kill9();
  const failed = once(problems, 'problem');
  await save('add-a', '## Why\n\nNobody hears of it.\n');
  await failed;
  stopping.abort();
  await watching.stop();
  await redis.restart();
  expect(await stateOf('add-a')).toBeUndefined();
}, 60_000);
