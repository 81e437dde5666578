import { Committer, type Verdict } from '../../src/actors/committer.ts';
import type { Delivery } from '../../src/actors/delivery.ts';
import type { JobData } from '../../src/actors/jobs.ts';
import { partitionCount } from '../../src/actors/keys.ts';
import type { StoredEntry } from '../../src/actors/outbox.ts';
import type { Fence } from '../../src/actors/record.ts';
import { type Registration, Registry } from '../../src/actors/registry.ts';
import { Relay } from '../../src/actors/relay.ts';
import { ActorStore } from '../../src/actors/store.ts';
import { Sweeper } from '../../src/actors/sweeper.ts';
import { QueueSet } from '../../src/queues/index.ts';
import type { TestRedis } from '../support/redis.ts';
import { testQueues } from './support.ts';

/**
 * The parts of a runtime by themselves, with nothing that acts on its own: a process that can be stopped at every step.
 * What it commits stays in the outbox, as after a kill, until `relay` or `sweep` is called.
 */
export interface Bench {
  store: ActorStore;
  queues: QueueSet<JobData>;
  start(machine: string, id: string, input?: unknown): Promise<unknown>;
  startChild(o: { machine: string; id: string; parent: { actor: string; fence: string } }): Promise<unknown>;
  deliver(actor: string, ...deliveries: Delivery[]): Promise<Verdict[]>;
  /** delivers client events without a key, one commit for all, and gives their verdicts */
  send(actor: string, ...types: string[]): Promise<string[]>;
  /** ids of the live fences, in the order of their making */
  fences(actor: string, kind?: Fence['kind']): Promise<string[]>;
  outbox(): Promise<StoredEntry[]>;
  relay(entries: readonly StoredEntry[]): Promise<void>;
  /** one round of the sweeper, to which nothing is too young */
  sweep(): Promise<void>;
  problems: unknown[];
  close(): Promise<void>;
}

export function openBench(
  redis: TestRedis,
  registrations: Registration[],
  options: { namespace?: string } = {},
): Bench {
  const namespace = options.namespace ?? 'test';
  const registry = new Registry(registrations);
  const store = new ActorStore(redis.connect(), namespace);
  const problems: unknown[] = [];
  const onProblem = (error: unknown) => problems.push(error);
  const queues = new QueueSet<JobData>({
    policies: testQueues,
    connect: (kind) => redis.connect({ blocking: kind === 'blocking' }),
    prefix: `{${namespace}}`,
    onError: (_, error) => onProblem(error),
  });
  const committer = new Committer({
    store,
    machine: (id, version) => registry.find(id, version),
    latest: (id) => registry.latest(id),
    onOutbox: async () => {},
    onCommitted: () => {},
    onUnfenced: () => {},
    onArmed: () => {},
    horizonMs: 60_000,
    historyLimit: 1000,
  });
  const one = async (actor: string, delivery: Delivery): Promise<Verdict> => {
    const [verdict] = await committer.deliver(actor, [delivery]);
    if (verdict === undefined) throw new RangeError('a delivery without a verdict');
    return verdict;
  };
  const relay = new Relay({
    store,
    queues,
    deliver: one,
    startChild: (o) => committer.start(o),
    onProblem,
  });
  const relayed = async (entries: readonly StoredEntry[]) => {
    await relay.relay(entries);
    await relay.settled();
  };
  const everything = -5_000;
  const sweeper = new Sweeper({
    store,
    queues,
    relay: relayed,
    deliver: one,
    everyMs: 1_000_000,
    outboxAgeMs: everything,
    runningAgeMs: everything,
    onProblem,
  });
  return {
    store,
    queues,
    start: (machine, id, input = {}) => committer.start({ machine, id, input }),
    startChild: (o) => committer.start({ ...o, input: {} }),
    deliver: (actor, ...deliveries) => committer.deliver(actor, deliveries),
    async send(actor, ...types) {
      const deliveries = types.map((type): Delivery => ({ ...client(type) }));
      return (await committer.deliver(actor, deliveries)).map(({ verdict }) => verdict);
    },
    async fences(actor, kind) {
      const fences = [...((await store.load(actor))?.fences ?? [])];
      const ids = fences.filter(([, fence]) => kind === undefined || fence.kind === kind).map(([id]) => id);
      return ids.sort((x, y) => (order(x) < order(y) ? -1 : 1));
    },
    async outbox() {
      const all = Array.from({ length: partitionCount }, (_, partition) =>
        store.outbox(partition, everything),
      );
      return (await Promise.all(all)).flat();
    },
    relay: relayed,
    sweep: () => sweeper.sweep(),
    problems,
    close: () => queues.close(1_000),
  };
}

/** An effect id without its nonce: where in the actor's life it was made. */
function order(effectId: string): string {
  return effectId.slice(0, effectId.lastIndexOf('.'));
}

export function client(type: string, key?: string): Delivery {
  return { kind: 'client', event: { type }, key, keyAtMs: Date.now() };
}

export function report(fence: string, value: unknown, outcome: 'done' | 'error' = 'done'): Delivery {
  return { kind: 'report', fence, outcome, value };
}

export function peer(from: string, number: number, type: string): Delivery {
  return { kind: 'peer', from, number, event: { type } };
}
