import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLmStudio, type LmStudio } from '../../src/lmstudio/index.ts';
import { limitedModel } from '../../src/workflow/limited-model.ts';
import { RequestAllowance } from '../../src/workflow/request-allowance.ts';
import { type LmStudioServer, startLmStudioServer } from '../support/lm-studio-server.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let server: LmStudioServer;
let lm: LmStudio;

beforeAll(async () => {
  redis = await startTestRedis();
  server = await startLmStudioServer({ script: () => ({ fine: true }) });
  lm = createLmStudio({ baseUrl: server.url, timeoutMs: 30_000 });
});
afterEach(async () => {
  await server.behave('normal');
  await redis.flush();
});
afterAll(async () => {
  await lm.close();
  await server.stop();
  await redis.stop();
});

const allowance = (most: number, windowMs?: number) =>
  new RequestAllowance({ redis: redis.connect(), ns: 'limits', most, ...(windowMs && { windowMs }) });

function ask(model: LmStudio, signal?: AbortSignal) {
  const schema = z.object({ fine: z.boolean() });
  return model.complete({ schema, name: 'test', system: 's', user: 'u', maxTokens: 10, signal });
}

/** What the model was asked since. */
function counter(): () => number {
  const before = server.chats().length;
  return () => server.chats().length - before;
}

describe('lm_studio.max_concurrent', () => {
  it('is how many completions run at once, whoever asks for them', async () => {
    let [running, most] = [0, 0];
    const watched: LmStudio = {
      ...lm,
      async complete(request) {
        running += 1;
        most = Math.max(most, running);
        return lm.complete(request).finally(() => {
          running -= 1;
        });
      },
    };
    const asked = counter();
    const model = limitedModel(watched, { most: 2 });
    await Promise.all([1, 2, 3, 4, 5, 6].map(() => ask(model)));
    expect({ running, most, asked: asked() }).toEqual({ running: 0, most: 2, asked: 6 });
  });
});

describe('lm_studio.requests_per_minute', () => {
  it('lets that many requests go, and the next when the oldest is a minute old', async () => {
    const model = limitedModel(lm, { most: 5, allowance: allowance(2) });
    const asked = counter();
    const giveUp = new AbortController();
    await Promise.all([ask(model), ask(model)]);
    const third = ask(model, giveUp.signal);
    // The minute passes for the older of the two: the clock is Redis's, and the list holds when they went.
    const went = await redis.connect().lrange('limits:lm-requests', 0, -1);
    expect([went.length, asked()]).toEqual([2, 2]);
    giveUp.abort(new Error('not now'));
    await expect(third).rejects.toThrow();
    expect(asked()).toBe(2);
    await redis.connect().lset('limits:lm-requests', 1, Number(went[1]) - 60_000);
    await ask(model);
    expect(asked()).toBe(3);
  });

  it('holds over processes: no window has more than are allowed', async () => {
    const [one, other] = [allowance(3, 50), allowance(3, 50)];
    const went: number[] = [];
    for (const process of [one, other, one, other, one, other, one]) {
      await process.enter();
      went.push(Number(await redis.connect().lindex('limits:lm-requests', 0)));
    }
    // By Redis's clock, each went a window after the third before it.
    const apart = went.slice(3).map((at, index) => at - (went[index] ?? 0));
    expect(apart).toHaveLength(4);
    for (const ms of apart) expect(ms).toBeGreaterThanOrEqual(50);
  });

  it('counts the second turn of an answer that did not fit', async () => {
    const model = limitedModel(lm, { most: 1, allowance: allowance(10) });
    await server.behave('wrong-shape-once');
    expect((await ask(model)).calls).toBe(2);
    expect(await redis.connect().llen('limits:lm-requests')).toBe(2);
  });
});
