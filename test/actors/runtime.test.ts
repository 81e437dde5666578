import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { assign, enqueueActions, setup } from 'xstate';
import { z } from 'zod';
import type { ActorRuntime, EffectContext } from '../../src/actors/index.ts';
import { TerminalError } from '../../src/errors.ts';
import { actorAt, effect } from '../../src/machines/index.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { openRuntime } from './support.ts';

const saidSchema = z.object({ said: z.string() });

let redis: TestRedis;
const open: ActorRuntime[] = [];

beforeAll(async () => {
  redis = await startTestRedis();
});
afterEach(async () => {
  for (const runtime of open.splice(0)) await runtime.close();
  await redis.flush();
});
afterAll(() => redis.stop());

const job = setup({
  types: {
    context: {} as { got: string; n: number },
    events: {} as { type: 'GO' } | { type: 'STOP' } | { type: 'ADD' },
  },
  actors: { work: effect<string, { q: string }>() },
}).createMachine({
  id: 'job',
  version: '1',
  options: { maxIterations: 50 },
  context: { got: '', n: 0 },
  initial: 'idle',
  on: { ADD: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
  states: {
    idle: { on: { GO: 'working' } },
    working: {
      on: { STOP: 'idle' },
      invoke: {
        id: 'work',
        src: 'work',
        input: { q: 'x' },
        onDone: { target: 'good', actions: assign({ got: ({ event }) => event.output }) },
        onError: 'bad',
      },
    },
    good: { type: 'final' },
    bad: { type: 'final' },
  },
  output: ({ context }) => context.got,
});

function jobs(run: (input: { q: string }, context: EffectContext) => Promise<string>) {
  return { machine: job, effects: { work: { queue: 'work', run } } };
}

async function start(
  run: (input: { q: string }, context: EffectContext) => Promise<string>,
  options: { historyLimit?: number } = {},
): Promise<ActorRuntime> {
  const runtime = await openRuntime(redis, [jobs(run)], options);
  open.push(runtime);
  return runtime;
}

const ended = { timeoutMs: 20_000 };

describe('an actor', () => {
  it('keeps only the newest entries of its history, over single events and batches', async () => {
    const runtime = await start(async () => '', { historyLimit: 5 });
    await runtime.start('job', 'job/1', {});
    for (let n = 0; n < 4; n += 1) await runtime.send('job/1', { type: 'ADD' });
    expect((await runtime.history('job/1')).map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4]);
    await Promise.all(Array.from({ length: 8 }, () => runtime.send('job/1', { type: 'ADD' })));
    expect((await runtime.history('job/1')).map(({ seq }) => seq)).toEqual([8, 9, 10, 11, 12]);
    expect((await runtime.position('job/1'))?.context.n).toBe(12);
  });

  it('runs its invoke as a job and takes the result once', async () => {
    const seen: string[] = [];
    const runtime = await start(async (input, { effectId }) => {
      seen.push(effectId);
      return `did ${input.q}`;
    });
    await runtime.start('job', 'job/1', {});
    expect((await runtime.send('job/1', { type: 'GO' })).verdict).toBe('applied');
    const view = await runtime.waitFor('job/1', ({ status }) => status === 'done', ended);
    expect(view).toMatchObject({ state: 'good', output: 'did x', seq: 2 });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(/^job\/1~1\.0\.[0-9a-f]{8}$/);
  });

  it('is created once, however often it is started', async () => {
    const runtime = await start(async () => 'x');
    const starts = await Promise.all([1, 2, 3].map(() => runtime.start('job', 'job/1', {})));
    expect(starts.filter(({ started }) => started)).toHaveLength(1);
  });

  it('counts a keyed event once', async () => {
    const runtime = await start(async () => 'x');
    await runtime.start('job', 'job/1', {});
    const verdicts = await Promise.all(
      [1, 2, 3].map(async () => (await runtime.send('job/1', { type: 'ADD' }, { key: 'same' })).verdict),
    );
    expect(verdicts.sort()).toEqual(['applied', 'duplicate', 'duplicate']);
    expect((await runtime.snapshot(job, 'job/1'))?.snapshot.context.n).toBe(1);
  });

  it('refuses a key that is older than it remembers keys', async () => {
    const runtime = await start(async () => 'x');
    await runtime.start('job', 'job/1', {});
    const sent = await runtime.send(
      'job/1',
      { type: 'ADD' },
      { key: 'old', keyAtMs: Date.now() - 25 * 3_600_000 },
    );
    expect(sent.verdict).toBe('too-old');
  });

  it('keeps every one of a thousand concurrent events of two processes, in exact sequence', async () => {
    const one = await start(async () => 'x', { historyLimit: 2000 });
    const two = await start(async () => 'x', { historyLimit: 2000 });
    await one.start('job', 'job/1', {});
    const sends = Array.from({ length: 1000 }, (_, i) =>
      (i % 2 === 0 ? one : two).send('job/1', { type: 'ADD' }),
    );
    await Promise.all(sends);
    const found = await two.snapshot(job, 'job/1');
    expect(found?.snapshot.context.n).toBe(1000);
    expect(found?.view.seq).toBe(1000);
    expect((await one.history('job/1')).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 1001 }, (_, i) => i),
    );
  });

  it('becomes an error event when its effect fails for good', async () => {
    let runs = 0;
    const runtime = await start(async () => {
      runs += 1;
      throw new TerminalError('no');
    });
    await runtime.start('job', 'job/1', {});
    await runtime.send('job/1', { type: 'GO' });
    expect(await runtime.waitFor('job/1', ({ status }) => status === 'done', ended)).toMatchObject({
      state: 'bad',
    });
    expect(runs).toBe(1);
  });

  it('tries a failing effect again as its queue says, then takes the error', async () => {
    let runs = 0;
    const runtime = await start(async () => {
      runs += 1;
      throw new Error('again');
    });
    await runtime.start('job', 'job/1', {});
    await runtime.send('job/1', { type: 'GO' });
    expect(await runtime.waitFor('job/1', ({ status }) => status === 'done', ended)).toMatchObject({
      state: 'bad',
    });
    expect(runs).toBe(3);
  });

  it('aborts an effect that it no longer wants, and drops its result', async () => {
    let aborted: unknown;
    const begun = resolvers();
    const runtime = await start(async (_input, { signal }) => {
      begun.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted = signal.reason;
      return 'late';
    });
    await runtime.start('job', 'job/1', {});
    await runtime.send('job/1', { type: 'GO' });
    await begun.promise;
    await runtime.send('job/1', { type: 'STOP' });
    expect(await runtime.get('job/1')).toMatchObject({ state: 'idle', status: 'active' });
    await until(async () => (await runtime.store.counters())['results:stale'] === 1);
    expect(String(aborted)).toContain('no longer wanted');
    expect(await runtime.get('job/1')).toMatchObject({ state: 'idle', seq: 2 });
  });

  it('answers an event that its machine throws on with that error, and stays as it is', async () => {
    const machine = setup({ types: { events: {} as { type: 'BOOM' } | { type: 'FINE' } } }).createMachine({
      id: 'poison',
      version: '1',
      options: { maxIterations: 50 },
      initial: 'a',
      states: {
        a: {
          on: {
            BOOM: {
              guard: () => {
                throw new Error('guard fell');
              },
              target: 'b',
            },
            FINE: 'b',
          },
        },
        b: {},
      },
    });
    const runtime = await openRuntime(redis, [{ machine }]);
    open.push(runtime);
    await runtime.start('poison', 'p', {});
    const [boom, fine] = await Promise.allSettled([
      runtime.send('p', { type: 'BOOM' }),
      runtime.send('p', { type: 'FINE' }),
    ]);
    expect(boom.status).toBe('rejected');
    expect(fine).toMatchObject({ status: 'fulfilled', value: { verdict: 'applied', state: 'b' } });
  });
});

describe('timers', () => {
  const waiting = setup({
    types: { events: {} as { type: 'AGAIN' } },
    delays: { patience: 150 },
  }).createMachine({
    id: 'waiting',
    version: '1',
    options: { maxIterations: 50 },
    initial: 'a',
    states: {
      a: { on: { AGAIN: { target: 'a', reenter: true } }, after: { patience: 'b' } },
      b: { type: 'final' },
    },
  });

  it('fire by the clock of Redis, once, and not for an arming that was replaced', async () => {
    const runtime = await openRuntime(redis, [{ machine: waiting }]);
    open.push(runtime);
    await runtime.start('waiting', 'w', {});
    await runtime.send('w', { type: 'AGAIN' });
    await runtime.waitFor('w', ({ status }) => status === 'done', ended);
    const history = await runtime.history('w');
    expect(history.map(({ event }) => event.type)).toEqual([
      'xstate.init',
      'AGAIN',
      'xstate.after.patience.waiting.a',
    ]);
    const [, again, fired] = history;
    expect((fired?.atMs ?? 0) - (again?.atMs ?? 0)).toBeGreaterThanOrEqual(150);
  });

  it('fire after every process was gone when they came due', async () => {
    const first = await openRuntime(redis, [{ machine: waiting }]);
    await first.start('waiting', 'w', {});
    await first.close();
    const second = await openRuntime(redis, [{ machine: waiting }]);
    open.push(second);
    expect(await second.waitFor('w', ({ status }) => status === 'done', ended)).toMatchObject({ state: 'b' });
  });
});

describe('events between actors', () => {
  const sender = setup({ types: { events: {} as { type: 'TELL' } } }).createMachine({
    id: 'sender',
    version: '1',
    options: { maxIterations: 50 },
    initial: 'a',
    states: {
      a: {
        on: {
          TELL: {
            actions: enqueueActions(({ enqueue }) => enqueue.sendTo(actorAt('job/1'), { type: 'ADD' })),
          },
        },
      },
    },
  });

  it('arrive once each, whichever process carries them', async () => {
    const machines = [jobs(async () => 'x'), { machine: sender }];
    const one = await openRuntime(redis, machines);
    const two = await openRuntime(redis, machines);
    open.push(one, two);
    await one.start('job', 'job/1', {});
    await one.start('sender', 's', {});
    await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? one : two).send('s', { type: 'TELL' })));
    const count = async () => (await one.snapshot(job, 'job/1'))?.snapshot.context.n;
    await until(async () => ((await count()) ?? 0) >= 40);
    await until(async () => (await one.store.outbox(0, -1000)).length === 0);
    expect(await count()).toBe(40);
  });
});

describe('families', () => {
  const child = setup({ types: { input: {} as { n: number }, events: {} as { type: 'END' } } }).createMachine(
    {
      id: 'child',
      version: '1',
      options: { maxIterations: 50 },
      initial: 'a',
      states: { a: { on: { END: 'z' }, after: { 86400000: 'z' } }, z: { type: 'final' } },
      output: { said: 'bye' },
    },
  );
  const parent = setup({
    types: { context: {} as { said: string }, events: {} as { type: 'DROP' } | { type: 'POKE' } },
    actors: { child },
  }).createMachine({
    id: 'parent',
    version: '1',
    options: { maxIterations: 50 },
    context: { said: '' },
    initial: 'a',
    states: {
      a: {
        invoke: {
          id: 'kid',
          src: 'child',
          input: { n: 1 },
          onDone: {
            target: 'b',
            actions: assign({ said: ({ event }) => saidSchema.parse(event.output).said }),
          },
        },
        on: {
          DROP: 'c',
          POKE: { actions: enqueueActions(({ enqueue }) => enqueue.sendTo('kid', { type: 'END' })) },
        },
      },
      b: {},
      c: {},
    },
  });
  const machines = [{ machine: child }, { machine: parent, children: { child: 'child' } }];

  async function kidOf(runtime: ActorRuntime): Promise<string> {
    const found = async () => (await runtime.list({ machine: 'child' })).items[0]?.id;
    await until(async () => (await found()) !== undefined);
    return (await found()) ?? '';
  }

  it('tell the parent how the child ended', async () => {
    const runtime = await openRuntime(redis, machines);
    open.push(runtime);
    await runtime.start('parent', 'p', {});
    await kidOf(runtime);
    await runtime.send('p', { type: 'POKE' });
    await runtime.waitFor('p', ({ state }) => state === 'b', ended);
    expect((await runtime.snapshot(parent, 'p'))?.snapshot.context.said).toBe('bye');
  });

  it('end with the parent’s own commit when it stops the child', async () => {
    const runtime = await openRuntime(redis, machines);
    open.push(runtime);
    await runtime.start('parent', 'p', {});
    const kid = await kidOf(runtime);
    await runtime.send('p', { type: 'DROP' });
    expect(await runtime.get(kid)).toMatchObject({ status: 'stopped' });
    expect(await runtime.send(kid, { type: 'END' })).toMatchObject({ verdict: 'ended' });
  });
});

function resolvers(): { promise: Promise<void>; resolve(): void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Looks again until it is so: for what has no event to wait for. The test's own time limit ends it. */
async function until(so: () => Promise<boolean>): Promise<void> {
  while (!(await so())) await new Promise((resolve) => setTimeout(resolve, 20));
}
