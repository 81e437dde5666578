import { afterAll, beforeAll, expect, it } from 'vitest';
import { setup } from 'xstate';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { openRuntime } from './support.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

function door(version: string, state: string) {
  return setup({ types: { events: {} as { type: 'LOOK' } } }).createMachine({
    id: 'door',
    version,
    options: { maxIterations: 10 },
    initial: state,
    states: { [state]: { on: { LOOK: {} } } },
  });
}

it('an actor of a version that nobody here runs is listed as parked, and not read as another version', async () => {
  const before = await openRuntime(redis, [{ machine: door('1', 'ajar') }]);
  await before.start('door', 'front', {});
  await before.close();

  const machine = door('2', 'open');
  const after = await openRuntime(redis, [{ machine }]);
  expect((await after.list({ machine: 'door' })).items).toMatchObject([
    { id: 'front', state: 'ajar', status: 'parked', version: '1' },
  ]);
  expect(await after.snapshot(machine, 'front')).toBeUndefined();
  await after.close();
});
