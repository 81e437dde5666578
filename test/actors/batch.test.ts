import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/actors/committer.ts';
import type { Delivery } from '../../src/actors/delivery.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { type Bench, client, openBench, peer, report } from './bench.ts';
import { family } from './family.ts';

let redis: TestRedis;
const open: Bench[] = [];

beforeAll(async () => {
  redis = await startTestRedis({ appendfsync: 'everysec' });
});
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.close();
  await redis.flush();
});
afterAll(() => redis.stop());

function bench(): Bench {
  const opened = openBench(redis, family());
  open.push(opened);
  return opened;
}

/** A delivery that names a fence by its place among those that live, since two actors have different ones. */
type Symbolic =
  | { kind: 'client'; type: string; key?: string | undefined }
  | { kind: 'peer'; number: number }
  | { kind: 'report'; fence: number; value: string; outcome: 'done' | 'error' }
  | { kind: 'timer'; fence: number };

const types = [
  'ADD',
  'GO',
  'RAISE',
  'TELL',
  'WAIT',
  'WRITE',
  'STOP',
  'QUIT',
  'DEAF',
  'PEER',
  'POISON',
  'NOBODY',
  'END',
];
const event = fc.record({
  kind: fc.constant('client' as const),
  type: fc.constantFrom(...types),
  key: fc.option(fc.constantFrom('k1', 'k2'), { nil: undefined }),
});
const delivery: fc.Arbitrary<Symbolic> = fc.oneof(
  { weight: 6, arbitrary: event },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('peer' as const), number: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      fence: fc.integer({ min: 0, max: 2 }),
      value: fc.constantFrom('did', 'poison'),
      outcome: fc.constantFrom('done' as const, 'error' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('timer' as const), fence: fc.integer({ min: 0, max: 2 }) }),
  },
);

function meant(symbolic: Symbolic, fences: readonly string[]): Delivery {
  switch (symbolic.kind) {
    case 'client':
      return client(symbolic.type, symbolic.key);
    case 'peer':
      return peer('somebody', symbolic.number, 'ADD');
    case 'report':
      return report(fences[symbolic.fence] ?? 'nobody~0.0.none', symbolic.value, symbolic.outcome);
    case 'timer':
      return { kind: 'timer', fence: fences[symbolic.fence] ?? 'nobody~0.0.none' };
  }
}

/** An id as both actors would have it: no nonce, no name of the actor. */
function anonymous(id: string): string {
  return id.replace(/^[ab]\d+~/, '~').replace(/\.[0-9a-f]{8}(?=$|\.revoke$)/, '');
}

/** Everything that is stored of an actor, but for names, nonces and times. */
async function stateOf(at: Bench, actor: string): Promise<unknown> {
  const record = await at.store.load(actor);
  const history = (await at.store.history(actor)).map((line) =>
    JSON.parse(line.slice(line.indexOf('|') + 1)),
  );
  const fences = [...(record?.fences ?? [])].map(([id, fence]) => [anonymous(id), fence]);
  const outbox = (await at.outbox())
    .filter(({ id }) => id.startsWith(`${actor}~`))
    // What is told to a child that was stopped before its birth is elided in a batch, and lost on nobody otherwise.
    .filter(({ entry }) => entry.kind !== 'send' || entry.to === 'peer' || record?.fences.has(entry.to))
    .map(({ id, entry, number }) => [anonymous(id), entry.kind, number]);
  return {
    status: record?.status,
    seq: record?.seq,
    context: JSON.parse(record?.snapshot ?? '{}').context,
    value: record?.value,
    fences: fences.sort(),
    outbox: outbox.sort(),
    history: history.map((entry) => [entry.seq, entry.event.type, entry.from, entry.to]),
  };
}

describe('R9: a batch is judged as its singles are', () => {
  it('whatever it holds, after whatever came before', { timeout: 300_000 }, async () => {
    const at = bench();
    let run = 0;
    const prefix = fc.array(event, { maxLength: 3 });
    const batch = fc.array(delivery, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(prefix, batch, async (before, symbolic) => {
        await redis.flush();
        run += 1;
        const [a, b] = [`a${run}`, `b${run}`];
        for (const actor of [a, b]) {
          await at.start('all', actor);
          for (const one of before) await at.deliver(actor, meant(one, []));
        }
        const [ours, theirs] = [await at.fences(a), await at.fences(b)];
        expect(ours.map(anonymous)).toEqual(theirs.map(anonymous));
        const together = await at.deliver(a, ...symbolic.map((one) => meant(one, ours)));
        const apart: Verdict[] = [];
        for (const one of symbolic) apart.push(...(await at.deliver(b, meant(one, theirs))));
        const words = (all: readonly Verdict[]) => all.map(({ verdict, state }) => `${verdict} in ${state}`);
        expect(words(together)).toEqual(words(apart));
        expect(await stateOf(at, a)).toEqual(await stateOf(at, b));
      }),
      { numRuns: 1000 },
    );
  });

  it('a result behind the stop of its work is stale', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'GO');
    const [fence = ''] = await at.fences('a');
    const verdicts = await at.deliver('a', client('QUIT'), report(fence, 'did'));
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['applied', 'stale']);
  });

  it('one key twice counts once', async () => {
    const at = bench();
    await at.start('all', 'a');
    const verdicts = await at.deliver('a', client('ADD', 'k'), client('ADD', 'k'), client('ADD'));
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['applied', 'duplicate', 'applied']);
    expect(await at.store.load('a')).toMatchObject({ seq: 2 });
  });

  it('a child that is started and stopped in it is never heard of, nor what it was told in between', async () => {
    const at = bench();
    await at.start('all', 'a');
    expect(await at.send('a', 'RAISE', 'TELL', 'QUIT')).toEqual(['applied', 'applied', 'applied']);
    expect(await at.outbox()).toEqual([]);
    expect(await at.fences('a')).toEqual([]);
  });

  it('a write that is stopped in it is still answered: its state waits for that', async () => {
    const at = bench();
    await at.start('all', 'a');
    await at.send('a', 'WRITE', 'STOP');
    const [write = ''] = await at.fences('a', 'effect');
    expect((await at.outbox()).map(({ id }) => id).sort()).toEqual([write, `${write}.revoke`]);
    expect(await at.deliver('a', report(write, 'revoked'))).toMatchObject([
      { verdict: 'applied', state: 'idle' },
    ]);
  });
});
