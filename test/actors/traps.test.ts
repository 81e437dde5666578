import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  assign,
  enqueueActions,
  fromPromise,
  initialTransition,
  raise,
  sendTo,
  setup,
  transition,
} from 'xstate';
import { nextStep } from '../../src/actors/interpret.ts';
import { jsonProblem } from '../../src/actors/json-only.ts';
import type { Registration } from '../../src/actors/registry.ts';
import { effect } from '../../src/machines/index.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { type Bench, client, openBench, report } from './bench.ts';

/** One test for each way in which XState's pure functions differ from what an actor of a durable runtime may do. */

let redis: TestRedis;
const open: Bench[] = [];

beforeAll(async () => {
  redis = await startTestRedis();
});
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.close();
  await redis.flush();
});
afterAll(() => redis.stop());

function bench(...registrations: Registration[]): Bench {
  const opened = openBench(redis, registrations);
  open.push(opened);
  return opened;
}

const good = { version: '1', options: { maxIterations: 50 } };

const job = setup({
  types: { context: {} as { got: string[]; n: number } },
  actors: { work: effect<string, { q: string }>() },
  actions: { count: assign({ n: ({ context }) => context.n + 1 }) },
}).createMachine({
  ...good,
  id: 'job',
  context: { got: [], n: 0 },
  initial: 'idle',
  on: { ADD: { actions: 'count' } },
  states: {
    idle: { on: { GO: 'working', END: 'end' } },
    working: {
      on: { STOP: 'idle' },
      after: { 3600000: 'idle' },
      invoke: {
        id: 'work',
        src: 'work',
        input: { q: 'x' },
        onDone: {
          target: 'idle',
          actions: assign({ got: ({ context, event }) => [...context.got, event.output] }),
        },
        onError: 'idle',
      },
    },
    end: { type: 'final' },
  },
});
const jobs: Registration = { machine: job, effects: { work: { queue: 'work', run: async () => 'x' } } };

async function contextOf(at: Bench, id: string): Promise<Record<string, unknown>> {
  return JSON.parse((await at.store.load(id))?.snapshot ?? '{}').context;
}

describe('XState takes, and the runtime refuses,', () => {
  it('a result of an earlier run of the same invoke', async () => {
    const inert = job.provide({
      actors: { work: fromPromise<string, { q: string }>(() => new Promise(() => {})) },
    });
    let [snapshot] = initialTransition(inert);
    for (const type of ['GO', 'STOP', 'GO']) [snapshot] = transition(inert, snapshot, { type });
    const bogus = { type: 'xstate.done.actor.work', output: 'late', actorId: 'of the first run' };
    expect(transition(inert, snapshot, bogus)[0].value).toBe('idle');

    const at = bench(jobs);
    await at.start('job', 'j');
    await at.send('j', 'GO');
    const [first = ''] = await at.fences('j', 'effect');
    await at.send('j', 'STOP', 'GO');
    const [second = ''] = await at.fences('j', 'effect');
    expect(await at.deliver('j', report(first, 'late'))).toMatchObject([
      { verdict: 'stale', state: 'working' },
    ]);
    expect(await at.deliver('j', report(second, 'good'))).toMatchObject([
      { verdict: 'applied', state: 'idle' },
    ]);
    expect(await contextOf(at, 'j')).toMatchObject({ got: ['good'] });
  });

  it('a time-out of a state that has been entered again', async () => {
    const at = bench(jobs);
    await at.start('job', 'j');
    await at.send('j', 'GO');
    const first = await at.fences('j');
    await at.send('j', 'STOP', 'GO');
    for (const fence of first) {
      expect(await at.deliver('j', { kind: 'timer', fence })).toMatchObject([
        { verdict: 'stale', state: 'working' },
      ]);
    }
  });

  it('events of a root that has ended', async () => {
    const inert = job.provide({
      actors: { work: fromPromise<string, { q: string }>(() => new Promise(() => {})) },
    });
    const [ended] = transition(inert, initialTransition(inert)[0], { type: 'END' });
    expect(transition(inert, ended, { type: 'ADD' })[0].context.n).toBe(1);

    const at = bench(jobs);
    await at.start('job', 'j');
    expect(await at.send('j', 'ADD', 'END', 'ADD')).toEqual(['applied', 'applied', 'ended']);
    expect(await contextOf(at, 'j')).toMatchObject({ n: 1 });
  });

  it('loops of always-transitions: they end, and the event is answered with an error', async () => {
    const machine = setup({}).createMachine({
      ...good,
      id: 'loop',
      initial: 'calm',
      states: { calm: { on: { GO: 'a' } }, a: { always: 'b' }, b: { always: 'a' } },
    });
    const at = bench({ machine });
    await at.start('loop', 'l');
    const [verdict] = await at.deliver('l', client('GO'));
    expect(verdict).toMatchObject({ verdict: 'poison', state: 'calm' });
    expect(String(verdict?.thrown)).toMatch(/[Ii]nfinite loop|iterations/);
  });

  it('a child spawned inside an assign that only runs later', async () => {
    const machine = setup({ actors: { work: effect<string, { q: string }>() } }).createMachine({
      ...good,
      id: 'late',
      initial: 'a',
      states: {
        a: {
          on: {
            GO: {
              actions: enqueueActions(({ enqueue }) => {
                enqueue.assign(({ spawn }) => {
                  spawn('work', { id: 'lost', input: { q: 'x' } });
                  return {};
                });
              }),
            },
          },
        },
      },
    });
    const at = bench({ machine, effects: { work: { queue: 'work', run: async () => 'x' } } });
    await at.start('late', 'l');
    const [verdict] = await at.deliver('l', client('GO'));
    expect(verdict?.verdict).toBe('poison');
    expect(String(verdict?.thrown)).toContain('"lost" was spawned inside assign');
  });
});

describe('a restored snapshot', () => {
  it('has its children, which resolveState drops, so that they can be stopped', async () => {
    const one = bench(jobs);
    await one.start('job', 'j');
    await one.send('j', 'GO');
    const stored = JSON.parse((await one.store.load('j'))?.snapshot ?? '');
    expect(Object.keys(job.resolveState(stored).children)).toEqual([]);
    expect(await one.fences('j')).toHaveLength(2);
    // another process, which has nothing in its cache
    const two = bench(jobs);
    await two.send('j', 'STOP');
    expect(await two.fences('j')).toEqual([]);
    expect(await two.outbox()).toEqual([]);
  });
});

describe('what a transition lists', () => {
  it('as raised without a delay is not done a second time', async () => {
    const machine = setup({
      types: { context: {} as { n: number } },
    }).createMachine({
      ...good,
      id: 'raising',
      context: { n: 0 },
      initial: 'a',
      states: {
        a: {
          on: {
            GO: { actions: raise({ type: 'TICK' }) },
            TICK: { actions: assign({ n: ({ context }) => context.n + 1 }) },
          },
        },
      },
    });
    const [, actions] = transition(machine, initialTransition(machine)[0], { type: 'GO' });
    expect(actions.map(({ type }) => type)).toContain('xstate.raise');

    const at = bench({ machine });
    await at.start('raising', 'r');
    await at.send('r', 'GO');
    expect(await contextOf(at, 'r')).toEqual({ n: 1 });
    expect(await at.fences('r')).toEqual([]);
  });

  it('as raised later fires each time, unless one of the same id replaces it', async () => {
    const machine = setup({}).createMachine({
      ...good,
      id: 'later',
      initial: 'a',
      states: {
        a: {
          on: {
            PLAIN: { actions: raise({ type: 'TICK' }, { delay: 60_000 }) },
            NAMED: { actions: raise({ type: 'TICK' }, { delay: 60_000, id: 'tick' }) },
          },
        },
      },
    });
    const at = bench({ machine });
    await at.start('later', 'r');
    await at.send('r', 'PLAIN', 'PLAIN');
    expect(await at.fences('r')).toHaveLength(2);
    await at.send('r', 'NAMED');
    await at.send('r', 'NAMED', 'NAMED');
    expect(await at.fences('r')).toHaveLength(3);
  });
});

describe('only JSON outlives a process: the runtime names what would not', () => {
  const assigning = (value: unknown) =>
    setup({ types: { context: {} as { at: unknown } } }).createMachine({
      ...good,
      id: 'keeper',
      context: { at: null },
      initial: 'a',
      states: { a: { on: { KEEP: { actions: assign({ at: () => value }) } } } },
    });

  it.each<[string, unknown, string]>([
    ['a Date', new Date(0), 'context.at is a Date'],
    ['a Map', { deep: [new Map()] }, 'context.at.deep[0] is a Map'],
    ['an Error', new Error('x'), 'context.at is a Error'],
    ['a number that is none', Number.NaN, 'context.at is NaN'],
    ['a hole in a list', [1, undefined], 'context.at[1] is undefined'],
    ['a bigint', 1n, 'context.at is a bigint'],
    ['a function', () => 1, 'context.at is a function'],
  ])('%s in the context', (_, value, problem) => {
    const machine = assigning(value);
    const [snapshot] = initialTransition(machine);
    expect(() => nextStep(machine, snapshot, { type: 'KEEP' })).toThrow(problem);
  });

  it('a value that refers to itself', () => {
    const ring: { next?: unknown } = {};
    ring.next = ring;
    expect(jsonProblem(ring, 'context')).toContain('refers to itself');
  });

  it('nothing of what JSON keeps', () => {
    const value = { a: [1, 'x', null, true, { b: {} }], gone: undefined, none: Object.create(null) };
    expect(jsonProblem(value, 'context')).toBeUndefined();
  });

  it('in an answer to the client, and leaves the actor as it was', async () => {
    const at = bench({ machine: assigning(new Date(0)) });
    await at.start('keeper', 'k');
    const [verdict] = await at.deliver('k', client('KEEP'));
    expect(String(verdict?.thrown)).toContain('context.at is a Date');
    expect(await contextOf(at, 'k')).toEqual({ at: null });
  });

  it('in the output of an actor, the input of its work and the events that it sends', async () => {
    const machine = setup({ actors: { work: effect<string, { q: string }>() } }).createMachine({
      ...good,
      id: 'careless',
      initial: 'a',
      states: {
        a: {
          on: {
            WORK: 'b',
            SEND: { actions: sendTo(({ self }) => self, { type: 'HI', at: new Date(0) }) },
            END: 'z',
          },
        },
        b: { invoke: { id: 'work', src: 'work', input: () => JSON.parse('{}', () => new Map()) } },
        z: { type: 'final' },
      },
      output: () => new Set([1]),
    });
    const at = bench({ machine, effects: { work: { queue: 'work', run: async () => 'x' } } });
    await at.start('careless', 'c');
    const verdicts = await at.deliver('c', client('WORK'), client('SEND'), client('END'));
    expect(verdicts.map(({ thrown }) => String(thrown))).toEqual([
      expect.stringContaining('the input of "work" is a Map'),
      expect.stringContaining('event HI.at is a Date'),
      expect.stringContaining('output is a Set'),
    ]);
  });
});
