import type { ActorRuntime } from '../actors/index.ts';
import type { DocumentManager } from '../documents/index.ts';
import { toError } from '../errors.ts';
import type { QuestionRouter } from '../questions/index.ts';
import type { ChangeSummary } from '../types/index.ts';
import type { Backlog } from './analysis-backlog.ts';
import type { Health, Readiness } from './api.ts';
import type { ChangeDesk } from './change-desk.ts';
import type { Models } from './models.ts';
import { longestPage } from './paging.ts';
import { endedUpdates } from './update-outcomes.ts';
import { within } from './within.ts';

export interface HealthSources {
  root: string;
  version: string;
  runtime: ActorRuntime;
  router: QuestionRouter;
  documents: DocumentManager;
  models: Models;
  changes: ChangeDesk;
  redis: { origin: string; notes(): Promise<string[]> };
  readiness: Readiness;
  backlog(changes: readonly string[]): Promise<Backlog | undefined>;
}

// A Redis that answers may still have much to read; one that is gone was found out by its check.
const patienceMs = 5_000;

/**
 * The whole in one look: what stands, what is going on, and what it waits for. While Redis is away it is what this
 * process knows by itself: whoever looks then wants to see why, not to wait.
 */
export async function healthOf(sources: HealthSources): Promise<Health> {
  const { redis } = sources.readiness.checks;
  if (redis?.ok === false) return knownWithoutRedis(sources, `Redis: ${redis.found}`);
  try {
    return await within(patienceMs, knownWithRedis(sources));
  } catch (error) {
    return knownWithoutRedis(sources, toError(error).message);
  }
}

function knownWithoutRedis(sources: HealthSources, why: string): Health {
  const { models, redis, version, root, readiness } = sources;
  const { last } = models;
  const ok = readiness.checks.redis?.ok ?? false;
  const model = last.usable ? { state: 'ready', model: last.model } : { state: 'unavailable', why: last.why };
  return {
    status: 'degraded',
    version,
    root,
    redis: { origin: redis.origin, ok, notes: [why, 'what it keeps is not counted here'] },
    model: { ...model, paused: false, waiting: 0 },
    changes: {},
    questions_open: 0,
    updates_pending: 0,
    repeated_calls: 0,
  };
}

async function knownWithRedis(sources: HealthSources): Promise<Health> {
  const { models, redis, runtime, version, root, readiness } = sources;
  const [changes, counters, paused, notes, questions, updates] = await Promise.all([
    sources.changes.allActive(),
    runtime.store.counters(),
    models.paused(),
    redis.notes(),
    sources.router.list({ limit: longestPage }),
    sources.documents.list({ limit: longestPage }),
  ]);
  const byState: Record<string, number> = {};
  for (const { state } of changes) byState[state] = (byState[state] ?? 0) + 1;
  const repeated = Object.entries(counters).filter(([name]) => name.startsWith('repeated:'));
  return {
    status: readiness.ready && notes.length === 0 ? 'ok' : 'degraded',
    version,
    root,
    redis: { origin: redis.origin, ok: readiness.checks.redis?.ok ?? false, notes },
    model: { ...(await modelHealth(sources, changes)), paused },
    changes: byState,
    questions_open: questions.items.length,
    updates_pending: updates.items.filter(({ state }) => !endedUpdates.includes(state)).length,
    repeated_calls: repeated.reduce((sum, [, count]) => sum + count, 0),
  };
}

async function modelHealth(
  { models, backlog }: HealthSources,
  changes: readonly ChangeSummary[],
): Promise<Omit<Health['model'], 'paused'>> {
  const { last } = models;
  const forModel = changes.filter(
    ({ state, waiting_for }) => state === 'analysing' || waiting_for?.includes('model'),
  );
  const waiting = forModel.length;
  if (!last.usable) return { state: 'unavailable', why: last.why, waiting };
  const plan = waiting === 0 ? undefined : await backlog(forModel.map(({ id }) => id));
  return { state: 'ready', model: last.model, waiting, ...plan };
}
