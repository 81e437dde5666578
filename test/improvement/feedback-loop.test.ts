import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { metricsSchema } from '../../src/improvement/index.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { type Fate, mixed, openPlant, type Plant } from './plant.ts';

let redis: TestRedis;
let plant: Plant | undefined;
const ada = { by: 'person:ada' };
const threshold = 'questions.archivist_threshold';
/** three in four of the questions that need a person are near misses */
const nearlyAnswered = mixed([
  [0.9, 12],
  [0.74, 36],
  ['unknown', 12],
]);

beforeAll(async () => {
  redis = await startTestRedis({ appendfsync: 'everysec' });
});
afterEach(async () => {
  await plant?.close();
  plant = undefined;
  await redis.flush();
});
afterAll(() => redis.stop());

async function opened(options: Parameters<typeof openPlant>[1] = {}): Promise<Plant> {
  plant = await openPlant(redis, options);
  return plant;
}

async function proposed(options: Parameters<typeof openPlant>[1] & { fates?: Fate[] } = {}) {
  const at = await opened(options);
  await at.ask(options.fates ?? nearlyAnswered);
  const { improvements } = await at.loop.analyse();
  const [improvement] = improvements;
  if (improvement === undefined) throw new Error('nothing was proposed');
  return { ...at, improvement };
}

describe('metrics', () => {
  it('are counted from what the runtime recorded, each with how many it rests on', async () => {
    const { ask, loop, runtime } = await opened();
    const ids = await ask([0.9, 0.9, 0.7, 'unknown', 'breaks']);
    const answer = { text: 'Yes', by: 'ada', kind: 'person' };
    await runtime.send(ids[2] ?? '', { type: 'ANSWER', ...{ answer, at: new Date().toISOString() } });
    await runtime.send(ids[3] ?? '', { type: 'CANCEL', ...{ why: 'not wanted' } });
    const metrics = await loop.collectMetrics();
    expect(metricsSchema.parse(metrics)).toEqual(metrics);
    expect(metrics.questions).toMatchObject({
      asked: 5,
      answered: { archivist: 2, person: 1 },
      cancelled: 1,
      needed_person: { n: 5, count: 3, share: 0.6 },
      answer_seconds: { n: 3 },
      person_seconds: { n: 1 },
      agents: { archivist: { asked: 5, answered: 2, declined: 2, failed: 1, late: 0, seconds: { n: 5 } } },
      near_misses: [0.7],
    });
    expect(metrics.machines.question).toMatchObject({
      actors: 5,
      states: { routing: { n: 5 }, asking: { n: 5 }, escalated: { n: 2 } },
    });
    expect(metrics.errors).toMatchObject([
      { machine: 'question', source: 'askAgent', template: 'no answer to "…" after <n> s', count: 1 },
    ]);
    expect(metrics.counters['failed:askAgent']).toBe(1);
  });

  it('leave out what lies outside the window', async () => {
    const { ask, loop } = await opened();
    await ask([0.9]);
    const metrics = await loop.collectMetrics({ fromMs: 0, toMs: 1000 });
    expect(metrics.questions).toMatchObject({ asked: 0, needed_person: { n: 0 } });
    expect(loop.generateInsights(metrics)).toEqual([]);
  });
});

describe('insights and proposals', () => {
  it('follow from cases: with too few of them nothing is said and nothing proposed', async () => {
    const { ask, loop } = await opened();
    await ask([0.74, 0.74, 0.74]);
    expect(await loop.analyse()).toMatchObject({ insights: [], improvements: [] });
  });

  it('predict what the cases themselves show', async () => {
    const { improvement } = await proposed();
    expect(improvement).toMatchObject({
      id: 'improve-questions-archivist-threshold-1',
      change: 'improve-questions-archivist-threshold-1',
      state: 'awaitingApproval',
      tunables: [{ name: threshold, from: 0.8, to: 0.7 }],
      predicted: { effect: 36 / 60, relative: 36 / 48, n: 60 },
    });
  });

  it('are the same improvement however often the loop looks', async () => {
    const { loop, open, improvement } = await proposed();
    const again = await Promise.all([loop.analyse(), open({}).analyse()]);
    expect(again.map(({ improvements }) => improvements)).toEqual([[improvement], [improvement]]);
    expect((await loop.list()).items).toEqual([improvement]);
  });

  it('are none where no step would have helped', async () => {
    const { ask, loop } = await opened();
    await ask(
      mixed([
        ['unknown', 20],
        [0.9, 10],
      ]),
    );
    const { insights, improvements } = await loop.analyse();
    expect(insights.map(({ kind }) => kind)).toContain('efficiency');
    expect(improvements).toEqual([]);
  });

  it('are none in mode "off", and none while improving is paused', async () => {
    const { ask, loop, open } = await opened();
    await ask(nearlyAnswered);
    expect((await open({ mode: 'off' }).analyse()).improvements).toEqual([]);
    await loop.pauseImproving();
    expect((await loop.analyse()).improvements).toEqual([]);
    await loop.resumeImproving();
    expect((await loop.analyse()).improvements).toHaveLength(1);
  });
});

describe('an improvement on trial', () => {
  it('is kept when it is proven to do what it promised', async () => {
    const { loop, tunables, ask, quote, improvement } = await proposed();
    await loop.applyImprovement(improvement.id, ada);
    expect(await tunables.get(threshold)).toBe(0.7);
    await ask(nearlyAnswered.slice(0, 45));
    const unguarded = await loop.measureImpact(improvement.id);
    expect(unguarded).toMatchObject({ verdict: 'inconclusive', why: expect.stringContaining('quotations') });
    await Promise.all(Array.from({ length: 10 }, quote));
    const impact = await loop.measureImpact(improvement.id);
    expect(impact).toMatchObject({ verdict: 'keep', improvement: { state: 'kept' } });
    expect(impact.measured?.low).toBeGreaterThan(0);
    expect(await loop.get(improvement.id)).toMatchObject({ measured: impact.measured, state: 'kept' });
    expect(await tunables.get(threshold)).toBe(0.7);
  });

  it('is taken back when nothing is proven by the end of its budget', async () => {
    const { loop, tunables, ask, improvement } = await proposed({ honoursThreshold: false });
    await loop.applyImprovement(improvement.id, ada);
    await ask(nearlyAnswered);
    const impact = await loop.measureImpact(improvement.id);
    expect(impact).toMatchObject({ verdict: 'unproven', improvement: { state: 'rejected' } });
    expect(await tunables.get(threshold)).toBe(0.8);
    expect((await loop.analyse()).improvements).toEqual([]);
  });

  it('is taken back as soon as it is proven to harm', async () => {
    const { loop, tunables, ask, improvement } = await proposed({
      fates: mixed([
        [0.9, 36],
        [0.74, 18],
        ['unknown', 6],
      ]),
    });
    await loop.applyImprovement(improvement.id, ada);
    await ask(Array<Fate>(45).fill('unknown'));
    const impact = await loop.measureImpact(improvement.id);
    expect(impact).toMatchObject({ verdict: 'harmful', improvement: { state: 'rolledBack' } });
    expect(impact.measured?.high).toBeLessThan(0);
    expect(await tunables.get(threshold)).toBe(0.8);
  });

  it('is taken back when people undo what it wrote', async () => {
    const { loop, tunables, ask, quote, undo, improvement } = await proposed();
    await loop.applyImprovement(improvement.id, ada);
    await ask(nearlyAnswered.slice(0, 45));
    const quotes = await Promise.all(Array.from({ length: 10 }, quote));
    await undo(quotes[0] ?? '');
    const impact = await loop.measureImpact(improvement.id);
    expect(impact).toMatchObject({ verdict: 'harmful', why: expect.stringContaining('1 of 10') });
    expect(await tunables.get(threshold)).toBe(0.8);
  });

  it('needs a person in mode "suggest", and where the registry says so in mode "auto" too', async () => {
    const { loop, open, improvement } = await proposed();
    for (const door of [loop, open({ mode: 'suggest' })]) {
      const refusal = door.applyImprovement(improvement.id, { by: 'specloop' });
      await expect(refusal).rejects.toMatchObject({ code: 'needs-person' });
    }
    const off = open({ mode: 'off' }).applyImprovement(improvement.id, ada);
    await expect(off).rejects.toMatchObject({ code: 'improving-off' });
    expect((await loop.get(improvement.id))?.state).toBe('awaitingApproval');
  });

  it('is begun once, whoever approves it at the same time', async () => {
    const { loop, open, tunables, improvement } = await proposed();
    const both = await Promise.allSettled([
      loop.applyImprovement(improvement.id, ada),
      open({}).applyImprovement(improvement.id, { by: 'person:bo' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await tunables.history()).toHaveLength(1);
    expect(await tunables.get(threshold)).toBe(0.7);
  });

  it('is stopped by a person at any time, and its tunable with it', async () => {
    const { loop, tunables, improvement } = await proposed();
    await loop.applyImprovement(improvement.id, ada);
    const stopped = await loop.stop(improvement.id, { by: 'person:bo', why: 'too bold' });
    expect(stopped).toMatchObject({ state: 'rolledBack', decision: 'stopped by person:bo: too bold' });
    expect(await tunables.get(threshold)).toBe(0.8);
    await expect(loop.stop(improvement.id, ada)).rejects.toThrow(/is rolledBack/);
    // Nothing was proven of it, neither good nor bad.
    expect(await loop.measureImpact(improvement.id)).toMatchObject({
      verdict: 'unproven',
      improvement: stopped,
    });
  });

  it('ends with the kill switch, and nothing is applied until it is released', async () => {
    const { loop, tunables, improvement } = await proposed();
    await loop.applyImprovement(improvement.id, ada);
    await loop.pauseImproving('person:bo');
    expect(await loop.get(improvement.id)).toMatchObject({ state: 'rolledBack' });
    expect(await tunables.get(threshold)).toBe(0.8);
  });

  it('does not begin while improving is paused, and waits on', async () => {
    const { loop, tunables, improvement } = await proposed();
    await tunables.pauseImproving();
    const refusal = loop.applyImprovement(improvement.id, ada);
    await expect(refusal).rejects.toMatchObject({ code: 'improving-paused' });
    expect(await loop.get(improvement.id)).toEqual(improvement);
  });

  it('has no baseline from before the last change of its group', async () => {
    const { loop, tunables, ask, improvement } = await proposed();
    await tunables.set('questions.cache_timeout_s', 7200, { improvement: 'other', by: 'person:ada' });
    await expect(loop.applyImprovement(improvement.id, ada)).rejects.toMatchObject({ code: 'too-early' });
    await ask(nearlyAnswered);
    expect(await loop.applyImprovement(improvement.id, ada)).toMatchObject({ state: 'probation' });
  });

  it('ends without a verdict on it when somebody else sets its tunable', async () => {
    const { loop, tunables, improvement } = await proposed();
    await loop.applyImprovement(improvement.id, ada);
    await tunables.set(threshold, 0.75, { improvement: 'by hand', by: 'person:bo' });
    const impact = await loop.measureImpact(improvement.id);
    expect(impact).toMatchObject({ verdict: 'unproven', improvement: { state: 'rolledBack' } });
    expect(await tunables.get(threshold)).toBe(0.75);
  });

  it('that was cut off while it was applied waits again after a restart, with nothing in force', async () => {
    const { loop, store, tunables, improvement } = await proposed();
    const seen = await store.get(improvement.id);
    if (seen === undefined) throw new Error('it is not stored');
    // As far as a process comes that is killed right after setting the tunable.
    await store.replace(
      seen,
      { ...seen.record, state: 'adopting', applied_by: ada.by },
      { tunable: threshold, group: 'questions' },
    );
    await tunables.set(threshold, 0.7, { improvement: improvement.id, by: ada.by });
    await loop.recover();
    expect(await loop.get(improvement.id)).toEqual(improvement);
    expect(await tunables.get(threshold)).toBe(0.8);
  });
});

describe('a proposal that waits', () => {
  it('makes room when the value that it steps from is another by now', async () => {
    const { loop, tunables, improvement } = await proposed();
    await tunables.set(threshold, 0.75, { improvement: 'by hand', by: 'person:bo' });
    await loop.analyse();
    expect(await loop.get(improvement.id)).toMatchObject({
      state: 'rejected',
      decision: `${threshold} is 0.75 by now, not 0.8`,
    });
  });
});

describe('the list', () => {
  it('is newest first, pages without losing one, and an unknown id says what to do', async () => {
    const { loop, open, improvement } = await proposed();
    await loop.stop(improvement.id, ada);
    const later = open({ nowMs: () => Date.now() + 25 * 3_600_000 });
    const [second] = (await later.analyse()).improvements;
    const first = await loop.list({ limit: 1 });
    expect(first.items.map(({ id }) => id)).toEqual([second?.id]);
    const rest = await loop.list({ cursor: first.next_cursor ?? '' });
    expect(rest.items.map(({ id }) => id)).toEqual([improvement.id]);
    await expect(loop.measureImpact('nothing')).rejects.toMatchObject({ code: 'not-found' });
  });
});
