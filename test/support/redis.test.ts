import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from './redis.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

test('what was written survives SIGKILL and a restart on the same socket', async () => {
  const client = redis.connect();
  await client.set('kept', 'yes');
  const before = redis.pid;
  await redis.kill9();
  await redis.restart();
  expect(await client.get('kept')).toBe('yes');
  expect(redis.pid).not.toBe(before);
});

test('flush empties the server of this test', async () => {
  const client = redis.connect();
  await client.set('x', '1');
  await redis.flush();
  expect(await client.dbsize()).toBe(0);
});
