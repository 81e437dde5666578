import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { keepImproving } from '../../src/workflow/improving.ts';
import { mixed, openPlant, type Plant } from '../improvement/plant.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let plant: Plant;
let stopping: AbortController;
let running: Promise<void> | undefined;
const ada = { by: 'person:ada' };
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
  stopping.abort();
  await running;
  await plant.close();
  await redis.flush();
});
afterAll(() => redis.stop());

async function opened(): Promise<Plant> {
  stopping = new AbortController();
  plant = await openPlant(redis);
  return plant;
}

function keep(more: Partial<Parameters<typeof keepImproving>[0]> = {}): unknown[] {
  const problems: unknown[] = [];
  running = keepImproving({
    feedback: plant.loop,
    everyMs: 1,
    analyses: true,
    signal: stopping.signal,
    onProblem: (problem) => problems.push(problem),
    ...more,
  });
  return problems;
}

const improvements = async () => (await plant.loop.list()).items;
const states = async () => (await improvements()).map(({ state }) => state);
const soon = { timeout: 20_000 };

describe('the turns of the feedback loop', () => {
  it('propose what the analysis finds, apply nothing, and decide what a person put on trial', async () => {
    const { ask, quote, loop } = await opened();
    await ask(nearlyAnswered);
    const problems = keep();
    await expect.poll(states, soon).toEqual(['awaitingApproval']);
    const [improvement] = await improvements();
    await loop.applyImprovement(improvement?.id ?? '', ada);
    await ask(nearlyAnswered.slice(0, 45));
    await Promise.all(Array.from({ length: 10 }, quote));
    await expect.poll(states, soon).toContain('kept');
    expect(problems).toEqual([]);
  });

  it('propose nothing in mode "off", and still watch what is on trial', async () => {
    const { ask, loop } = await opened();
    await ask(nearlyAnswered);
    const [improvement] = (await loop.analyse()).improvements;
    await loop.applyImprovement(improvement?.id ?? '', ada);
    await ask(nearlyAnswered.slice(0, 20));
    let analysed = 0;
    const analyse = () => {
      analysed += 1;
      return loop.analyse();
    };
    keep({
      analyses: false,
      feedback: { analyse, list: (o) => loop.list(o), measureImpact: (id) => loop.measureImpact(id) },
    });
    await expect.poll(async () => (await improvements())[0]?.measured?.n, soon).toBeGreaterThan(0);
    expect(analysed).toBe(0);
  });

  it('go on after one that failed, never two at a time, and end with the one under way', async () => {
    const { loop } = await opened();
    const [broken, enough] = [new Error('the third one'), 6];
    let [turns, atOnce, most] = [0, 0, 0];
    const problems = keep({
      feedback: {
        list: (o) => loop.list(o),
        measureImpact: (id) => loop.measureImpact(id),
        async analyse() {
          turns += 1;
          atOnce += 1;
          most = Math.max(most, atOnce);
          const result = await loop.analyse();
          atOnce -= 1;
          if (turns === 3) throw broken;
          if (turns === enough) stopping.abort();
          return result;
        },
      },
    });
    await running;
    expect({ turns, atOnce, most, problems }).toEqual({
      turns: enough,
      atOnce: 0,
      most: 1,
      problems: [broken],
    });
  });

  it('wait out an interval that is longer than a timer can be', async () => {
    const { loop } = await opened();
    let looked = 0;
    keep({
      everyMs: 31_536_000_000,
      feedback: {
        analyse: () => loop.analyse(),
        measureImpact: (id) => loop.measureImpact(id),
        list(o) {
          looked += 1;
          return loop.list(o);
        },
      },
    });
    // Too long a delay would be over with the next timers of all.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(looked).toBe(0);
  });
});
