import type { ActorRuntime } from '../../src/actors/index.ts';
import { changeMachine } from '../../src/machines/index.ts';
import { openRuntime } from '../actors/support.ts';
import type { TestRedis } from '../support/redis.ts';

const sources = [
  'readChange',
  'lintChange',
  'analyseChange',
  'raiseQuestions',
  'draftEdits',
  'verifyDrafts',
  'proposeUpdates',
];

/** A runtime whose changes are told of saves, and never worked on: it takes no job of any queue. */
export function openChangesWithoutWork(redis: TestRedis, namespace: string): Promise<ActorRuntime> {
  const effects = Object.fromEntries(
    sources.map((source) => [source, { queue: 'work', run: async () => undefined }]),
  );
  return openRuntime(redis, [{ machine: changeMachine, effects }], { namespace, roles: [] });
}
