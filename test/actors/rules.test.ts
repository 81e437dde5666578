import { UnrecoverableError, Worker } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import type { ActorRuntime, Registration } from '../../src/actors/index.ts';
import type { AnyEffect } from '../../src/actors/registry.ts';
import { Timers } from '../../src/actors/timers.ts';
import { TerminalError } from '../../src/errors.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { type Bench, client, openBench, peer, report } from './bench.ts';
import { all, family } from './family.ts';
import { openRuntime } from './support.ts';

/**
 * The rules of the model-checked protocol, R1 to R14: each the reading that it forbids. R3 and R4 are the sink's alone
 * and proven with it, like R2's journal and base hash.
 */

let redis: TestRedis;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  redis = await startTestRedis();
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await redis.flush();
});
afterAll(() => redis.stop());

function bench(registrations: Registration[] = family()): Bench {
  const opened = openBench(redis, registrations);
  open.push(opened);
  return opened;
}

async function runtime(registrations: Registration[], roles?: string[]): Promise<ActorRuntime> {
  const opened = await openRuntime(redis, registrations, roles === undefined ? {} : { roles });
  open.push(opened);
  return opened;
}

interface Gate {
  opened: Promise<void>;
  open(): void;
}

function gate(): Gate {
  let release = () => {};
  const opened = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { opened, open: () => release() };
}

/** Looks again until it is so: for what has no event to wait for. The test's own time limit ends it. */
async function until(so: () => Promise<boolean>): Promise<void> {
  while (!(await so())) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function contextOf(at: Bench | ActorRuntime, id: string): Promise<{ n: number; got: string[] }> {
  return JSON.parse((await at.store.load(id))?.snapshot ?? '{}').context;
}

/** Takes the one waiting job of the work queue as a worker does that then completes or fails it. */
async function finishJob(at: Bench, outcome: 'completed' | 'failed'): Promise<string> {
  const queue = at.queues.queue('work');
  const worker = new Worker('work', null, {
    connection: redis.connect({ blocking: true }),
    prefix: '{test}',
  });
  const job = await worker.getNextJob('token');
  if (outcome === 'completed') await job?.moveToCompleted(undefined, 'token', false);
  else {
    await job?.moveToFailed(new UnrecoverableError('it was killed too often'), 'token', false);
  }
  await worker.close();
  expect(await queue.getJobCounts(outcome)).toMatchObject({ [outcome]: 1 });
  return job?.id ?? '';
}

const ended = { timeoutMs: 30_000 };

describe('R1: what may be writing is revoked, never dropped', () => {
  it('a stop asks the sink, whose answer is the result; the write’s own is stale', async () => {
    const [begun, finish, asked] = [gate(), gate(), gate()];
    const revoked: string[] = [];
    const at = await runtime(
      family({
        write: async () => {
          begun.open();
          await finish.opened;
          return 'wrote';
        },
        revoke: async (_, { effectId }) => {
          revoked.push(effectId);
          await asked.opened;
          return 'revoked';
        },
      }),
    );
    await at.start('all', 'a', {});
    await at.send('a', { type: 'WRITE' });
    await begun.opened;
    expect(await at.send('a', { type: 'STOP' })).toMatchObject({ verdict: 'applied', state: 'writing' });
    await until(async () => revoked.length === 1);
    const record = await at.store.load('a');
    const [[fence, stored] = []] = record?.fences ?? [];
    expect(stored).toMatchObject({ kind: 'effect', phase: 'revoking' });
    expect(await at.fenceLive(fence ?? '')).toBe(false);
    asked.open();
    await at.waitFor('a', ({ state }) => state === 'idle', ended);
    finish.open();
    await until(async () => (await at.store.counters())['results:stale'] === 1);
    expect(await at.get('a')).toMatchObject({ state: 'idle', seq: 3 });
    expect(revoked).toEqual([fence]);
  });

  it('a child that is stopped while it writes ends with the sink’s answer, and begins no write any more', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'RAISE');
    await at.relay(await at.outbox());
    const [child = ''] = await at.fences('a', 'child');
    await at.send(child, 'WRITE');
    const [write = ''] = await at.fences(child, 'effect');
    await at.relay(await at.outbox());
    await at.send('a', 'QUIT');
    expect(await at.store.load(child)).toMatchObject({ status: 'stopping' });
    expect((await at.outbox()).map(({ entry }) => entry)).toEqual([
      { kind: 'revoke', fence: write, src: 'write', queue: 'work' },
    ]);
    // Both jobs, the write's and the revoke's, now wait for a worker.
    const done: string[] = [];
    const worker = await runtime(
      family({
        write: async () => {
          done.push('write');
          return 'wrote';
        },
        revoke: async () => {
          done.push('revoke');
          return 'revoked';
        },
      }),
    );
    await until(async () => (await worker.store.load(child))?.status === 'stopped');
    await until(async () => (await worker.queues.queue('work').getJobCounts('completed')).completed === 2);
    expect(done).toEqual(['revoke']);
  });

  it('one whose last attempt failed is asked what it did, and that is the result', async () => {
    const failures: unknown[] = [];
    const at = await runtime(
      family({
        write: async () => {
          throw new TerminalError('the disk is full');
        },
        revoke: async (_, { failure }) => {
          failures.push(failure?.message);
          return 'it had been written';
        },
      }),
    );
    await at.start('all', 'a', {});
    await at.send('a', { type: 'WRITE' });
    await at.waitFor('a', ({ state, seq }) => state === 'idle' && seq === 2, ended);
    expect(failures).toEqual(['the disk is full']);
    expect((await at.history('a')).at(-1)?.event.type).toBe('xstate.done.actor.write');
  });

  it('one whose job was killed too often is revoked, not told as an error', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'WRITE');
    await at.relay(await at.outbox());
    const id = await finishJob(at, 'failed');
    await at.sweep();
    expect((await at.queues.queue('work').getJob(id))?.data).toMatchObject({ kind: 'revoke', effect: id });
    expect(await at.store.load('a')).toMatchObject({ value: 'writing' });
  });
});

describe('R2: an effect’s id is its key', () => {
  it('is the same at every attempt, and another for every run', async () => {
    const seen: string[] = [];
    const at = await runtime(
      family({
        work: async (_, { effectId, attempt }) => {
          seen.push(effectId);
          if (attempt < 3) throw new Error('again');
          return 'did';
        },
      }),
    );
    await at.start('all', 'a', {});
    for (const rounds of [1, 2]) {
      await at.send('a', { type: 'GO' });
      await at.waitFor('a', ({ state, seq }) => state === 'idle' && seq === 2 * rounds, ended);
    }
    expect(seen).toHaveLength(6);
    expect(new Set(seen.slice(0, 3)).size).toBe(1);
    expect(new Set(seen).size).toBe(2);
  });
});

describe('R5: a stop ends the child in the parent’s own commit', () => {
  it('with its work, its timers and what it had not sent yet', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'RAISE');
    await at.relay(await at.outbox());
    const [child = ''] = await at.fences('a', 'child');
    expect(await at.fences(child)).toHaveLength(1);
    await at.send('a', 'QUIT');
    expect(await at.store.load(child)).toMatchObject({ status: 'stopped' });
    expect(await at.fences(child)).toEqual([]);
    expect(await at.outbox()).toEqual([]);
    expect(await at.send(child, 'END')).toEqual(['ended']);
  });
});

describe('R6: no memory of ids has to outlast a pause', () => {
  it('a number that was taken is a duplicate for ever, one too far ahead waits', async () => {
    const at = bench();
    await at.start('all', 'peer');
    const verdict = async (number: number) =>
      (await at.deliver('peer', peer('a', number, 'ADD'))).map((one) => one.verdict)[0];
    expect(await verdict(2)).toBe('later');
    expect(await verdict(1)).toBe('applied');
    expect(await verdict(1)).toBe('duplicate');
    expect(await verdict(2)).toBe('applied');
    expect(await verdict(1)).toBe('duplicate');
    expect(await contextOf(at, 'peer')).toMatchObject({ n: 2 });
  });

  it('an entry stays until the receiver’s commit, and another process carries it in order', async () => {
    const dead = bench();
    await dead.start('all', 'a');
    await dead.start('all', 'peer');
    await dead.send('a', 'PEER', 'PEER');
    await dead.send('a', 'PEER');
    const entries = await dead.outbox();
    expect(entries.map(({ number }) => number)).toEqual([1, 2, 3]);
    // killed after it had delivered the second's successor out of turn
    await dead.relay(entries.slice(2));
    expect((await dead.outbox()).map(({ number }) => number)).toEqual([1, 2, 3]);
    const next = await runtime(family());
    await until(async () => (await dead.outbox()).length === 0);
    expect(await contextOf(next, 'peer')).toMatchObject({ n: 3 });
  });

  it('one that was delivered by a process that died before it deleted the entry counts once', async () => {
    const dead = bench();
    await dead.start('all', 'a');
    await dead.start('all', 'peer');
    await dead.send('a', 'PEER');
    await dead.deliver('peer', peer('a', 1, 'ADD'));
    expect(await dead.outbox()).toHaveLength(1);
    await dead.sweep();
    expect(await dead.outbox()).toEqual([]);
    expect(await contextOf(dead, 'peer')).toMatchObject({ n: 1 });
  });

  it('an event to an actor that is not there yet is lost, and holds up none after it', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'PEER');
    await at.relay(await at.outbox());
    expect(await at.outbox()).toEqual([]);
    await at.start('all', 'peer');
    await at.send('a', 'PEER');
    await at.relay(await at.outbox());
    expect(await at.outbox()).toEqual([]);
    expect(await contextOf(at, 'peer')).toMatchObject({ n: 1 });
  });

  it('a client’s key that is older than they are remembered is refused, not taken for new', async () => {
    const at = bench();
    await at.start('all', 'a');
    const old = { kind: 'client' as const, event: { type: 'ADD' }, key: 'k', keyAtMs: Date.now() - 61_000 };
    expect(await at.deliver('a', old)).toMatchObject([{ verdict: 'too-old' }]);
    expect(await at.deliver('a', client('ADD', 'k'), client('ADD', 'k'))).toMatchObject([
      { verdict: 'applied' },
      { verdict: 'duplicate' },
    ]);
  });

  it('a keyed event whose answer was lost is a duplicate even where it ended the actor', async () => {
    const at = bench();
    await at.start('all', 'a');
    expect(await at.deliver('a', client('END', 'k'))).toMatchObject([{ verdict: 'applied' }]);
    expect(await at.deliver('a', client('END', 'k'))).toMatchObject([{ verdict: 'duplicate', state: 'end' }]);
    expect(await at.deliver('a', client('END', 'other'))).toMatchObject([{ verdict: 'ended' }]);
  });
});

describe('R7: no orphan and no twin', () => {
  it('a child that its parent stopped before its birth is never born', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'RAISE');
    const [entry] = await at.outbox();
    await at.send('a', 'QUIT');
    // the process that had read the entry goes on
    if (entry !== undefined) await at.relay([entry]);
    expect(entry?.entry.kind).toBe('start');
    expect(await at.store.load(entry?.id ?? '')).toBeUndefined();
  });

  it('a start that is done again, even after the child’s end, begins no second life', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'RAISE');
    const [entry] = await at.outbox();
    const [child = ''] = await at.fences('a', 'child');
    const parent = { actor: 'a', fence: child };
    expect(await at.startChild({ machine: 'kid', id: child, parent })).toBe('ok');
    expect(await at.startChild({ machine: 'kid', id: child, parent })).toBe('exists');
    await at.send(child, 'END');
    if (entry !== undefined) await at.relay([entry]);
    expect(await at.store.load(child)).toMatchObject({ status: 'done', seq: 1 });
  });

  it('what a parent tells its child in the same breath is heard, whoever carries it first', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'RAISE', 'TELL');
    const entries = await at.outbox();
    const told = entries.filter(({ entry }) => entry.kind === 'send');
    await at.relay(told);
    expect(await at.outbox()).toHaveLength(2);
    await at.sweep();
    await at.sweep();
    const [child = ''] = await at.fences('a', 'child');
    expect(await at.outbox()).toEqual([]);
    expect(await at.store.load(child)).toMatchObject({ seq: 1 });
  });
});

describe('R8: the child’s own record says how it stands', () => {
  it('absent it is started, active it is left, ended its parent is told again', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'RAISE');
    const [child = ''] = await at.fences('a', 'child');
    await at.store.deleteEntry('a', child);
    await at.sweep();
    expect(await at.store.load(child)).toMatchObject({ status: 'active' });
    await at.sweep();
    expect(await at.store.load('a')).toMatchObject({ value: 'raising', seq: 1 });
    await at.send(child, 'END');
    await at.store.deleteEntry('a', `${child}.end`);
    await at.sweep();
    expect(await at.store.load('a')).toMatchObject({ value: 'idle', seq: 2 });
    expect((await contextOf(at, 'a')).got).toEqual(['xstate.done.actor.kid']);
  });

  it('a child that can never start is told to its parent as an error', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'RAISE');
    const [entry] = await at.outbox();
    if (entry?.entry.kind !== 'start') throw new Error('no start in the outbox');
    await at.relay([{ ...entry, entry: { ...entry.entry, machine: 'nobody' } }]);
    expect((await contextOf(at, 'a')).got).toEqual(['xstate.error.actor.kid']);
  });
});

describe('R10: two pasts of one actor are told apart', () => {
  /** Actor `a` went to work and its commit was lost, as by a power cut: `one` still has that past in its cache. */
  async function lostCommit(): Promise<{ one: Bench; two: Bench; lost: string }> {
    const [one, two] = [bench(), bench()];
    await one.start('all', 'a');
    const raw = redis.connect();
    const { record } = one.store.keysOf('a');
    const before = await raw.dumpBuffer(record);
    await one.send('a', 'GO');
    const [lost = ''] = await one.fences('a', 'effect');
    await raw.restore(record, 0, before ?? '', 'REPLACE');
    return { one, two, lost };
  }

  it('the same seq by another commit conflicts: the cache of the lost past is dropped', async () => {
    const { one, two } = await lostCommit();
    await two.send('a', 'ADD');
    expect(await two.store.load('a')).toMatchObject({ seq: 1 });
    expect(await one.send('a', 'ADD')).toEqual(['applied']);
    expect(await contextOf(one, 'a')).toEqual({ n: 2, got: [] });
    expect(await one.store.load('a')).toMatchObject({ seq: 2, value: 'idle' });
  });

  it('work of the lost past is not taken for the work that stands at its place', async () => {
    const { one, two, lost } = await lostCommit();
    await two.send('a', 'GO');
    expect(await one.send('a', 'ADD')).toEqual(['applied']);
    expect(await one.deliver('a', report(lost, 'late'))).toMatchObject([
      { verdict: 'stale', state: 'working' },
    ]);
    expect(await contextOf(one, 'a')).toEqual({ n: 1, got: [] });
  });
});

describe('R11: a live fence always has a job', () => {
  it.each(['missing', 'completed'] as const)('whose job is %s: it is run again', async (how) => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'GO');
    const [fence = ''] = await at.fences('a', 'effect');
    if (how === 'missing') await at.store.deleteEntry('a', fence);
    else {
      await at.relay(await at.outbox());
      expect(await finishJob(at, 'completed')).toBe(fence);
    }
    await at.sweep();
    const job = await at.queues.queue('work').getJob(fence);
    expect(await job?.getState()).toBe('waiting');
    expect(job?.data).toEqual({ kind: 'effect', actor: 'a', effect: fence });
  });

  it('whose job failed for good: it becomes the error event', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'GO');
    await at.relay(await at.outbox());
    await finishJob(at, 'failed');
    await at.sweep();
    expect(await at.store.load('a')).toMatchObject({ value: 'idle' });
    expect((await contextOf(at, 'a')).got).toEqual(['xstate.error.actor.work']);
  });

  it('though the job that an entry names is a dead one of the same id', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'GO');
    const entries = await at.outbox();
    await at.relay(entries);
    const id = await finishJob(at, 'completed');
    await redis.connect().hset(at.store.keysOf('a').outbox, id, `0|0|${JSON.stringify(entries[0]?.entry)}`);
    await at.sweep();
    expect(await (await at.queues.queue('work').getJob(id))?.getState()).toBe('waiting');
  });

  it('whatever else cannot be looked at', async () => {
    const at = bench();
    for (const id of ['a', 'b', 'c', 'd']) {
      await at.start('all', id);
      await at.send(id, 'GO');
    }
    const raw = redis.connect();
    await raw.hset(at.store.keysOf('a').record, 'status', 'nonsense');
    await raw.hset(at.store.keysOf('b').outbox, 'junk', 'no entry');
    for (const id of ['c', 'd'])
      for (const fence of await at.fences(id)) await at.store.deleteEntry(id, fence);
    await at.sweep();
    expect(at.problems.length).toBeGreaterThanOrEqual(2);
    for (const id of ['c', 'd']) {
      const [fence = ''] = await at.fences(id, 'effect');
      expect(await at.queues.queue('work').getJob(fence)).toBeDefined();
    }
  });
});

describe('R12: a result is at its end, whatever the machine makes of it', () => {
  it('one that it does not hear of takes its fence along', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'DEAF');
    const [fence = ''] = await at.fences('a');
    expect(await at.deliver('a', report(fence, 'did'))).toMatchObject([
      { verdict: 'applied', state: 'deaf' },
    ]);
    expect(await at.fences('a')).toEqual([]);
    expect(await at.deliver('a', report(fence, 'did'))).toMatchObject([{ verdict: 'stale' }]);
  });

  it('one on which it throws becomes the error event of its invoke', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'GO');
    const [fence = ''] = await at.fences('a');
    expect(await at.deliver('a', report(fence, 'poison'))).toMatchObject([
      { verdict: 'applied', state: 'idle' },
    ]);
    expect((await contextOf(at, 'a')).got).toEqual(['xstate.error.actor.work']);
    expect(await at.fences('a')).toEqual([]);
  });

  it('one on which it throws again puts the actor in error, and its parent is told', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'RAISE');
    await at.relay(await at.outbox());
    const [child = ''] = await at.fences('a', 'child');
    // An event of another actor is nobody's to take back either.
    expect(await at.deliver(child, peer('x', 1, 'BREAK'))).toMatchObject([{ verdict: 'applied' }]);
    expect(await at.store.load(child)).toMatchObject({
      status: 'error',
      error: { message: expect.stringContaining('broken') },
    });
    expect(await at.fences(child)).toEqual([]);
    await at.relay(await at.outbox());
    expect((await contextOf(at, 'a')).got).toEqual(['xstate.error.actor.kid']);
  });

  it('an effect’s result is brought to JSON, and one that cannot be is an error', async () => {
    const results: unknown[] = [new Date(0), 1n];
    const at = await runtime(family({ work: async () => results.shift() }));
    await at.start('all', 'a', {});
    await at.send('a', { type: 'GO' });
    await at.waitFor('a', ({ state, seq }) => state === 'idle' && seq === 2, ended);
    expect((await contextOf(at, 'a')).got).toEqual(['1970-01-01T00:00:00.000Z']);
    await at.send('a', { type: 'GO' });
    await at.waitFor('a', ({ state, seq }) => state === 'idle' && seq === 4, ended);
    expect((await contextOf(at, 'a')).got).toContain('xstate.error.actor.work');
  });
});

describe('R13: timers', () => {
  it('are due by Redis’s clock alone: a fast worker is told that it is early', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'WAIT');
    const [fence = ''] = await at.fences('a', 'timer');
    expect(await at.deliver('a', { kind: 'timer', fence })).toMatchObject([
      { verdict: 'early', state: 'waiting' },
    ]);
    await redis.connect().zadd(at.store.keysOf('a').timers, 1, fence);
    expect(await at.deliver('a', { kind: 'timer', fence })).toMatchObject([
      { verdict: 'applied', state: 'idle' },
    ]);
  });

  it('are keyed by their arming: a late firing of the first does not take the second', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'WAIT');
    const [first = ''] = await at.fences('a', 'timer');
    await at.send('a', 'QUIT', 'WAIT');
    const [second = ''] = await at.fences('a', 'timer');
    await redis.connect().zadd(at.store.keysOf('a').timers, 1, second);
    expect(await at.deliver('a', { kind: 'timer', fence: first })).toMatchObject([{ verdict: 'stale' }]);
    expect(await at.store.load('a')).toMatchObject({ value: 'waiting' });
  });

  it('are never popped: a process that dies with one in hand leaves it to the next', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'WAIT');
    const [fence = ''] = await at.fences('a', 'timer');
    const { timers } = at.store.keysOf('a');
    await redis.connect().zadd(timers, 1, fence);
    await until(async () => (await redis.connect().zcard(timers)) === 1);
    await runtime(family());
    await until(async () => (await at.store.load('a'))?.value === 'idle');
    expect(await redis.connect().zcard(timers)).toBe(0);
  });

  it('of actors that nobody here can run hold up no others', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'WAIT');
    const [fence = ''] = await at.fences('a', 'timer');
    const { timers } = at.store.keysOf('a');
    const parked = Array.from({ length: 250 }, (_, n) => ['1', `parked${n}~1.0.x`]).flat();
    await redis.connect().zadd(timers, 2, fence, ...parked);
    const problems: unknown[] = [];
    const clock = new Timers({
      store: at.store,
      queues: at.queues,
      pollMs: 1_000_000,
      onProblem: (error) => problems.push(error),
      deliver: async (actor, delivery) => {
        if (actor !== 'a') throw new Error('parked');
        return (await at.deliver(actor, delivery))[0] ?? { verdict: 'absent', state: '' };
      },
    });
    const partition = Number(/\/(\d+)\}/.exec(timers)?.[1]);
    await clock.fire(partition);
    await clock.stop();
    expect(problems).toHaveLength(250);
    expect(await at.store.load('a')).toMatchObject({ value: 'idle' });
  });
});

describe('R14: a foreign version is handed back at no attempt', () => {
  const work: AnyEffect = { queue: 'work', run: async () => 'did' };
  const newer: AnyStateMachine = Object.assign(Object.create(Object.getPrototypeOf(all)), all, {
    version: '2',
  });

  it('until a process comes that has it', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'GO');
    await at.relay(await at.outbox());
    const [fence = ''] = await at.fences('a', 'effect');
    const [kidOnly] = family();
    const stranger = await runtime(kidOnly === undefined ? [] : [kidOnly]);
    expect(await stranger.get('a')).toMatchObject({ status: 'parked', state: 'working' });
    const job = async () => at.queues.queue('work').getJob(fence);
    await until(async () => ((await job())?.attemptsStarted ?? 0) >= 2);
    expect((await job())?.attemptsMade).toBe(0);
    await runtime(family());
    await until(async () => (await at.store.load('a'))?.value === 'idle');
    expect((await contextOf(at, 'a')).got).toEqual(['did']);
  });

  it('and one process may go on with both', async () => {
    const [kidOnly, old] = family({ work: work.run });
    if (kidOnly === undefined || old === undefined) throw new Error('no family');
    const one = bench();
    await one.start('all', 'old');
    const both = bench([kidOnly, old, { ...old, machine: newer }]);
    await both.start('all', 'new');
    expect(await both.store.load('old')).toMatchObject({ version: '1' });
    expect(await both.store.load('new')).toMatchObject({ version: '2' });
    expect(await both.send('old', 'ADD')).toEqual(['applied']);
    expect(await both.send('new', 'ADD')).toEqual(['applied']);
    await expect(one.send('new', 'ADD')).rejects.toThrow('no process here runs all@2');
  });
});

describe('a process that stops', () => {
  it('hands its work back at no attempt, even the last one', async () => {
    const begun = gate();
    const stopping = await openRuntime(
      redis,
      family({
        work: async (_, { signal, attempt }) => {
          if (attempt < 3) throw new Error('again');
          begun.open();
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
      }),
    );
    await stopping.start('all', 'a', {});
    await stopping.send('a', { type: 'GO' });
    await begun.opened;
    await stopping.close();
    expect(await stopping.get('a')).toMatchObject({ state: 'working' });
    const next = await runtime(family());
    await next.waitFor('a', ({ state }) => state === 'idle', ended);
    expect((await contextOf(next, 'a')).got).toEqual(['did']);
  });
});

describe('an event that only the runtime may say', () => {
  it('is refused from a client', async () => {
    const at = await runtime(family(), []);
    await at.start('all', 'a', {});
    await at.send('a', { type: 'GO' });
    const forged = { type: 'xstate.done.actor.work', output: 'forged' };
    await expect(at.send('a', forged)).rejects.toThrow(TerminalError);
    expect(await at.get('a')).toMatchObject({ state: 'working' });
  });
});
