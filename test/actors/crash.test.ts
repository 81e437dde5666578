import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ActorStore } from '../../src/actors/store.ts';
import { type Compiled, compileSources } from '../support/compiled.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

const actorCount = 100;
const stepCount = 20;
const killCount = 20;

let redis: TestRedis;
let compiled: Compiled;
let folder: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  [redis, compiled] = await Promise.all([startTestRedis(), compileSources()]);
  folder = await mkdtemp(join(tmpdir(), 'sl-crash-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await redis.stop();
  await compiled.remove();
  await rm(folder, { recursive: true, force: true });
});

/**
 * A process of its own: every actor takes its steps one after the other, each an effect that appends its id to a file,
 * every third a pause by a timer; at its end it tells the counter, another actor.
 */
const worker = (socketPath: string, log: string) => `
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { assign, enqueueActions, setup } from 'xstate';
import { ActorRuntime } from './actors/index.js';
import { actorAt, effect } from './machines/index.js';

const options = { maxIterations: 50 };
const counter = setup({}).createMachine({
  id: 'counter', version: '1', options, context: { n: 0 }, initial: 'on',
  states: { on: { on: { TELL: { actions: assign({ n: ({ context }) => context.n + 1 }) } } } },
});
const walker = setup({
  actors: { step: effect() },
  guards: { last: ({ context }) => context.taken.length + 1 >= ${stepCount}, third: ({ context }) => context.taken.length % 3 === 2 },
  actions: { take: assign({ taken: ({ context, event }) => [...context.taken, event.output] }) },
}).createMachine({
  id: 'walker', version: '1', options, context: { taken: [] }, initial: 'stepping',
  states: {
    stepping: {
      after: { 600000: 'tired' },
      invoke: {
        id: 'step', src: 'step', input: ({ context }) => ({ step: context.taken.length }),
        onDone: [
          { guard: 'last', target: 'arrived', actions: 'take' },
          { guard: 'third', target: 'resting', actions: 'take' },
          { target: 'stepping', reenter: true, actions: 'take' },
        ],
        onError: 'broken',
      },
    },
    resting: { after: { 150: 'stepping' } },
    arrived: { type: 'final', entry: enqueueActions(({ enqueue }) => enqueue.sendTo(actorAt('counter'), { type: 'TELL' })) },
    broken: { type: 'final' },
    tired: { type: 'final' },
  },
});
const keep = { keepCompleted: { ageS: 3600, count: 1e6 }, keepFailed: { ageS: 3600, count: 1e6 } };
const path = ${JSON.stringify(socketPath)};
const runtime = new ActorRuntime({
  connect: (kind) => new Redis({ path, maxRetriesPerRequest: kind === 'blocking' ? null : 100 }),
  namespace: 'crash',
  queues: [
    { name: 'work', attempts: 3, backoffMs: 10, backoffMaxMs: 20, concurrency: 10, ...keep },
    { name: 'timers', attempts: 1, backoffMs: 10, backoffMaxMs: 10, concurrency: 1, ...keep },
  ],
  machines: [
    { machine: counter },
    {
      machine: walker,
      effects: {
        step: {
          queue: 'work',
          async run({ step }, { effectId }) {
            await delay(10 + Math.random() * 60);
            appendFileSync(${JSON.stringify(log)}, effectId + '\\n');
            return { step, effectId };
          },
        },
      },
    },
  ],
  onProblem: (error) => process.stderr.write(String(error) + '\\n'),
});
await runtime.open();
runtime.onCommitted(() => process.stdout.write('.'));
await runtime.start('counter', 'counter', {});
for (let n = 0; n < ${actorCount}; n += 1) await runtime.start('walker', 'w' + n, {});
`;

async function launch(script: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  // Its first commit: it works.
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the worker ended by itself (${code})`)));
  });
  child.stdout?.resume();
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  children.delete(child);
}

const contextSchema = z.object({ taken: z.array(z.object({ step: z.number(), effectId: z.string() })) });

describe(`${killCount} kills while ${actorCount} actors work`, () => {
  it('lose no actor, no step and no event, and double none', { timeout: 400_000 }, async () => {
    const log = join(folder, 'effects.log');
    const script = await compiled.script('crash-worker.js', worker(redis.socketPath, log));
    const store = new ActorStore(redis.connect(), 'crash');
    const names = Array.from({ length: actorCount }, (_, n) => `w${n}`);
    const working = async () => {
      const records = await Promise.all(names.map((name) => store.load(name)));
      return records.filter((record) => record === undefined || record.status === 'active').length;
    };

    const firstCommitMs: number[] = [];
    let worksAtLastKill = 0;
    let child = await launch(script);
    for (let kills = 0; kills < killCount; kills += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 500));
      worksAtLastKill = await working();
      await kill(child);
      const killedAt = performance.now();
      child = await launch(script);
      firstCommitMs.push(performance.now() - killedAt);
    }
    const lastKillAt = performance.now();
    // Ends by the test's own time limit where an actor waits for ever.
    while ((await working()) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    const allDoneMs = performance.now() - lastKillAt;
    const counted = async () => JSON.parse((await store.load('counter'))?.snapshot ?? '{}').context.n;
    while ((await counted()) < actorCount) await new Promise((resolve) => setTimeout(resolve, 50));
    await kill(child);

    expect(worksAtLastKill).toBeGreaterThan(0);
    const ran = (await readFile(log, 'utf8')).trim().split('\n');
    const taken: string[] = [];
    for (const name of names) {
      const record = await store.load(name);
      expect(record).toMatchObject({ status: 'done', value: 'arrived' });
      const steps = contextSchema.parse(JSON.parse(record?.snapshot ?? '{}').context).taken;
      expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: stepCount }, (_, n) => n));
      taken.push(...steps.map(({ effectId }) => effectId));
      const seqs = (await store.history(name)).map(
        (line) => JSON.parse(line.slice(line.indexOf('|') + 1)).seq,
      );
      expect(seqs).toEqual(Array.from({ length: (record?.seq ?? 0) + 1 }, (_, n) => n));
      // one transition a step, and one more for each rest: the actor's whole life is told by its seq
      expect(record?.seq).toBe(stepCount + Math.floor((stepCount - 1) / 3));
      expect(record?.fences.size).toBe(0);
    }
    expect(new Set(taken).size).toBe(actorCount * stepCount);
    expect(new Set(ran)).toEqual(new Set(taken));
    expect(await counted()).toBe(actorCount);
    const median = [...firstCommitMs].sort((a, b) => a - b)[killCount / 2] ?? 0;
    process.stdout.write(
      `crash: first commit after a kill ${Math.round(median)} ms (median, with the start of a process), ` +
        `all ${worksAtLastKill} open actors done ${Math.round(allDoneMs)} ms after the last kill, ` +
        `${ran.length - taken.length} of ${ran.length} effects run again\n`,
    );
  });
});
