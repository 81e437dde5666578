import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTunables, type Tunables } from '../../src/tunables/index.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let tunables: Tunables;
const environment: Record<string, string> = {};
const threshold = 'questions.archivist_threshold';
const timeout = 'questions.cache_timeout_s';
const first = { improvement: 'improve-1', by: 'person:ada' };
const second = { improvement: 'improve-2', by: 'specloop' };

beforeAll(async () => {
  redis = await startTestRedis();
});
beforeEach(async () => {
  delete environment.SPECLOOP_PAUSE_IMPROVING;
  tunables = await open();
});
afterEach(() => redis.flush());
afterAll(() => redis.stop());

function open(defaults: Record<string, number> = {}): Promise<Tunables> {
  return openTunables({ redis: redis.connect(), ns: 'test', defaults, environment });
}

describe('what may be tuned', () => {
  it.each([
    ['a name that is not in the registry', 'review.rules', 1, /it is no tunable/],
    ['a value out of range', threshold, 0.97, /from 0.6 to 0.95/],
    ['a word where a number belongs', threshold, 'low', /from 0.6 to 0.95/],
    ['no number at all', threshold, Number.NaN, /from 0.6 to 0.95/],
    ['a step that is too large', threshold, 0.65, /at most 0.1 up or down/],
    ['a factor that is too large', timeout, 60, /at most a factor of 4/],
  ])('refuses %s by name, and changes nothing', async (_, name, value, why) => {
    const refusal = await tunables.set(name, value, first).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'tunable-refused', which: name, why: expect.stringMatching(why) });
    expect(await tunables.history()).toEqual([]);
  });

  it('is not what a person configured outside the range', async () => {
    const odd = await open({ [timeout]: 0 });
    await expect(odd.set(timeout, 60, first)).rejects.toMatchObject({
      why: expect.stringContaining('person'),
    });
    expect(odd.numberNow(timeout)).toBe(0);
  });
});

describe('a value that was set', () => {
  it('is seen by every process, with who set it and why', async () => {
    const other = await open();
    await tunables.set(threshold, 0.7, first);
    expect(tunables.numberNow(threshold)).toBe(0.7);
    expect(await other.get(threshold)).toBe(0.7);
    expect(await other.history(threshold)).toMatchObject([
      { name: threshold, from: 0.8, to: 0.7, by: 'person:ada', improvement: 'improve-1' },
    ]);
  });

  it('reaches a process that watches, without being asked for', async () => {
    const other = await open();
    const stopping = new AbortController();
    const watching = other.watch({ everyMs: 5, signal: stopping.signal, onProblem: () => {} });
    await tunables.set(threshold, 0.7, first);
    await expect.poll(() => other.numberNow(threshold)).toBe(0.7);
    stopping.abort();
    await watching;
  });

  it('gives way to a configuration that a person changes afterwards', async () => {
    await tunables.set(timeout, 7200, first);
    const reconfigured = await open({ [timeout]: 1800 });
    expect(await reconfigured.get(timeout)).toBe(1800);
  });

  it('is taken back by its improvement, even while improving is paused', async () => {
    await tunables.set(threshold, 0.7, first);
    await tunables.pauseImproving();
    const [change] = await tunables.revert('improve-1', { by: 'person:bo' });
    expect(change).toMatchObject({ from: 0.7, to: 0.8, by: 'person:bo', reverts: true });
    expect(await tunables.get(threshold)).toBe(0.8);
    expect(await tunables.revert('improve-1', { by: 'person:bo' })).toEqual([]);
  });

  it('comes back when what was built on it is taken back, and not before', async () => {
    await tunables.set(threshold, 0.7, first);
    await tunables.set(threshold, 0.65, second);
    await expect(tunables.revert('improve-1', { by: 'x' })).rejects.toThrow(/set again by improve-2/);
    await tunables.revert('improve-2', { by: 'x' });
    expect(await tunables.get(threshold)).toBe(0.7);
    await tunables.revert('improve-1', { by: 'x' });
    expect(await tunables.get(threshold)).toBe(0.8);
  });

  it('is one of two that were tried at once', async () => {
    const [other, tries] = [await open(), 20];
    const all = Array.from({ length: tries }, (_, at) =>
      (at % 2 === 0 ? tunables : other).set(timeout, 3600 + at, { improvement: `i-${at}`, by: 'x' }),
    );
    const done = (await Promise.allSettled(all)).filter(({ status }) => status === 'fulfilled').length;
    const history = await tunables.history();
    expect(history).toHaveLength(done);
    // Each began where the one before it ended: none was lost under another.
    expect(history.map(({ from }) => from)).toEqual([3600, ...history.slice(0, -1).map(({ to }) => to)]);
  });
});

describe('the kill switch', () => {
  it('forbids every set in every process until it is released', async () => {
    const other = await open();
    await other.pauseImproving('person:ada');
    await expect(tunables.set(threshold, 0.7, first)).rejects.toMatchObject({ code: 'improving-paused' });
    expect(await tunables.paused()).toContain('person:ada');
    await other.resumeImproving();
    await tunables.set(threshold, 0.7, first);
    expect(await tunables.get(threshold)).toBe(0.7);
  });

  it('in the environment wins over what Redis says', async () => {
    environment.SPECLOOP_PAUSE_IMPROVING = '1';
    await tunables.resumeImproving();
    await expect(tunables.set(threshold, 0.7, first)).rejects.toMatchObject({ code: 'improving-paused' });
    environment.SPECLOOP_PAUSE_IMPROVING = 'false';
    await tunables.set(threshold, 0.7, first);
  });
});
