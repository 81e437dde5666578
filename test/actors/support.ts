import type { Redis } from 'ioredis';
import { ActorRuntime, type Registration } from '../../src/actors/index.ts';
import type { QueuePolicy } from '../../src/queues/index.ts';
import type { TestRedis } from '../support/redis.ts';

const keep = { keepCompleted: { ageS: 3600, count: 1000 }, keepFailed: { ageS: 3600, count: 1000 } };

/** Queues of the tests: quick to try again. */
export const testQueues: QueuePolicy[] = [
  { name: 'work', attempts: 3, backoffMs: 10, backoffMaxMs: 20, concurrency: 10, ...keep },
  { name: 'timers', attempts: 1, backoffMs: 10, backoffMaxMs: 10, concurrency: 1, ...keep },
];

/** A runtime of its own on a test's Redis: as many as a test needs, each like a process. */
export async function openRuntime(
  redis: TestRedis,
  machines: Registration[],
  options: { namespace?: string; roles?: string[]; problems?: unknown[]; historyLimit?: number } = {},
): Promise<ActorRuntime> {
  const runtime = new ActorRuntime({
    connect: (kind) => redis.connect({ blocking: kind === 'blocking' }),
    namespace: options.namespace ?? 'test',
    queues: testQueues,
    machines,
    ...(options.historyLimit === undefined ? {} : { historyLimit: options.historyLimit }),
    ...(options.roles === undefined ? {} : { roles: options.roles }),
    onProblem: (error) => options.problems?.push(error),
  });
  await runtime.open();
  return runtime;
}

/** A plain client of the same server. */
export function client(redis: TestRedis): Redis {
  return redis.connect();
}
