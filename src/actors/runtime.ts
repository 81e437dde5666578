import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import type { AnyMachineSnapshot, AnyStateMachine, EventObject, SnapshotFrom } from 'xstate';
import { z } from 'zod';
import { TerminalError, UserError } from '../errors.ts';
import type { Connect, QueuePolicy } from '../queues/index.ts';
import { QueueSet } from '../queues/index.ts';
import type { ActorClient, ActorView, SendResult } from './api.ts';
import type { Committed } from './commit-request.ts';
import { Committer, type Verdict } from './committer.ts';
import { type Delivery, isReserved } from './delivery.ts';
import { EffectWorker } from './effect-worker.ts';
import { type JobData, timersQueue, withTimers } from './jobs.ts';
import { assertJson } from './json-only.ts';
import { familyMark } from './keys.ts';
import { Lanes } from './lanes.ts';
import { ActorReader, type HistoryEntry } from './reader.ts';
import { type AnyEffect, type Registration, Registry } from './registry.ts';
import { Relay } from './relay.ts';
import { ActorStore } from './store.ts';
import { Sweeper } from './sweeper.ts';
import { Timers } from './timers.ts';

export interface RuntimeOptions {
  connect: Connect;
  /** begins every key in Redis: one repository, one namespace */
  namespace: string;
  queues: readonly QueuePolicy[];
  machines: readonly Registration[];
  /** what goes wrong outside any caller's reach; it is tried again by itself */
  onProblem?(error: unknown): void;
  /** queues whose jobs this process takes; default all */
  roles?: readonly string[];
  resultLimitBytes?: number;
  /** how many entries of an actor's history are kept, the newest; default 1000 */
  historyLimit?: number;
}

const hour = 3_600_000;

/** Longer than any sender of ours tries again; an older key is refused, never taken for new. */
export const clientKeyHorizonMs = 24 * hour;

/**
 * The durable interpreter of plain XState v5 machines: an event comes in, the pure transition runs on the stored
 * snapshot, what it wants becomes durable effects. No live actor is kept.
 */
export class ActorRuntime implements ActorClient {
  readonly queues: QueueSet<JobData>;
  readonly store: ActorStore;
  readonly #redis: Redis;
  readonly #registry: Registry;
  readonly #reader: ActorReader;
  readonly #lanes: Lanes<Delivery, Verdict>;
  readonly #committer: Committer;
  readonly #relay: Relay;
  readonly #effects: EffectWorker;
  readonly #sweeper: Sweeper;
  readonly #timers: Timers;
  readonly #commits = new EventEmitter();
  readonly #roles: readonly string[];

  constructor(options: RuntimeOptions) {
    const { connect, namespace, onProblem = () => {} } = options;
    this.#commits.setMaxListeners(0);
    this.#redis = connect('commands', 'actors');
    this.store = new ActorStore(this.#redis, namespace);
    this.queues = new QueueSet<JobData>({
      policies: withTimers(options.queues),
      connect,
      prefix: `{${namespace}}`,
      onError: (queue, error) => onProblem(queueProblem(queue, error)),
    });
    this.#roles = options.roles ?? this.queues.names;
    this.#registry = new Registry(options.machines);
    // A queue that nobody opened is found out now, not by the first actor that needs it.
    for (const name of this.#registry.queues) this.queues.queue(name);
    const { store, queues } = this;
    const machine = this.#registry.find.bind(this.#registry);
    this.#reader = new ActorReader({
      store,
      commits: this.#commits,
      runs: (id, version) => machine(id, version) !== undefined,
    });
    const deliver = (actor: string, delivery: Delivery) => this.#lanes.push(actor, delivery);
    this.#effects = new EffectWorker({
      store,
      deliver,
      effect: (actor, src) => this.#effect(actor, src),
      attemptsOf: (queue) => queues.attemptsOf(queue),
      resultLimitBytes: options.resultLimitBytes ?? 512 * 1024,
      livenessMs: 2_000,
    });
    this.#timers = new Timers({ store, queues, deliver, pollMs: 1_000, onProblem });
    this.#committer = new Committer({
      store,
      machine,
      latest: (id) => this.#registry.latest(id),
      onOutbox: (entries) => this.#relay.relay(entries),
      onCommitted: (committed) => this.#commits.emit('committed', committed),
      onUnfenced: (ids) => this.#effects.abort(ids),
      onArmed: (actor, delayMs) => this.#timers.armed(actor, delayMs),
      horizonMs: clientKeyHorizonMs,
      historyLimit: Math.max(1, Math.trunc(options.historyLimit ?? 1000)),
    });
    this.#lanes = new Lanes((actor, deliveries) => this.#committer.deliver(actor, deliveries), 32);
    this.#relay = new Relay({
      store,
      queues,
      deliver,
      startChild: (o) => this.#committer.start(o),
      onProblem,
    });
    this.#sweeper = new Sweeper({
      store,
      queues,
      deliver,
      relay: (entries) => this.#relay.relay(entries),
      everyMs: 1_000,
      outboxAgeMs: 1_500,
      runningAgeMs: 4_000,
      onProblem,
    });
  }

  async #effect(actor: string, src: string): Promise<AnyEffect | undefined> {
    const record = await this.store.load(actor);
    if (record === undefined) return undefined;
    return this.#registry.find(record.machine, record.version)?.effects[src];
  }

  /** Binds the versions, then takes up work. Throws a UserError for a definition that changed under its version. */
  async open(): Promise<void> {
    for (const { id, version, hash } of this.#registry.all()) {
      const bound = await this.store.bindVersion(id, version, hash);
      if (bound !== hash) {
        throw new UserError('a machine changed under an unchanged version', {
          which: `${id}@${version}`,
          why: `actors of the stored definition (${bound}) would go on by another one (${hash})`,
          next: 'give the changed machine a new version',
          code: 'version-changed',
        });
      }
    }
    await this.queues.prepare();
    for (const queue of this.#roles) {
      this.queues.work(queue, async (job, token) => {
        if (job.data.kind === 'wake') await this.#timers.fire(job.data.partition);
        else await this.#effects.process(job, token);
      });
    }
    if (this.#roles.includes(timersQueue)) this.#timers.start();
    this.#sweeper.start();
  }

  /** Stops taking work, waits for what is under way (at most `deadlineMs`) and leaves the rest to whoever is next. */
  async close(deadlineMs = 5_000): Promise<void> {
    await this.#sweeper.stop();
    await this.#timers.stop();
    this.#effects.stop('the worker stops');
    await this.queues.close(deadlineMs);
    await this.#relay.settled();
  }

  /** Every transition that this process commits. Returns the way to stop listening. */
  onCommitted(listener: (committed: Committed) => void): () => void {
    this.#commits.on('committed', listener);
    return () => this.#commits.off('committed', listener);
  }

  async start(machine: string, id: string, input: unknown): Promise<{ started: boolean }> {
    if (id === '' || id.includes(':') || id.includes(familyMark)) {
      throw new TerminalError(`"${id}" is no actor id: it must not be empty or hold ":" or "${familyMark}"`);
    }
    return { started: (await this.#committer.start({ machine, id, input })) === 'ok' };
  }

  async send(
    id: string,
    event: EventObject,
    options: { key?: string; keyAtMs?: number } = {},
  ): Promise<SendResult> {
    if (isReserved(event)) throw new TerminalError(`${event.type} is the runtime's own: it cannot be sent`);
    assertJson(event, `event ${event.type}`);
    const keyAtMs = options.keyAtMs ?? Date.now();
    const verdict = await this.#lanes.push(id, { kind: 'client', event, key: options.key, keyAtMs });
    if (verdict.verdict === 'poison') {
      throw new TerminalError(`the machine of ${id} throws on ${event.type}`, { cause: verdict.thrown });
    }
    return { verdict: sendVerdictSchema.parse(verdict.verdict), state: verdict.state };
  }

  get(id: string): Promise<ActorView | undefined> {
    return this.#reader.get(id);
  }

  snapshot<Machine extends AnyStateMachine>(
    machine: Machine,
    id: string,
  ): Promise<{ view: ActorView; snapshot: SnapshotFrom<Machine> } | undefined> {
    return this.#reader.snapshot(machine, id);
  }

  list(options: { machine?: string; limit?: number; cursor?: string }): Promise<{
    items: ActorView[];
    cursor?: string;
  }> {
    return this.#reader.list(options);
  }

  waitFor(
    id: string,
    done: (view: ActorView) => boolean,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<ActorView | undefined> {
    return this.#reader.waitFor(id, done, options);
  }

  /** The fence chain: is this effect still wanted, by its actor and by every parent up to the root? For sinks (R5). */
  fenceLive(effectId: string): Promise<boolean> {
    return this.#reader.fenceLive(effectId);
  }

  /** The history of an actor, oldest first. */
  history(id: string): Promise<HistoryEntry[]> {
    return this.#reader.history(id);
  }

  /** The stored snapshot as the machine sees it. */
  async position(id: string): Promise<AnyMachineSnapshot | undefined> {
    return (await this.#committer.load(id))?.snapshot;
  }
}

const sendVerdictSchema = z.enum(['applied', 'ignored', 'duplicate', 'ended', 'absent', 'too-old']);

const connectionCodes = new Set<unknown>(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT']);

/** A connection that is gone is gone for every queue: all of them then say the same. */
function queueProblem(queue: string, error: Error): Error {
  const gone = 'code' in error && connectionCodes.has(error.code);
  const what = gone
    ? `Redis does not answer, trying again: ${error.message}`
    : `queue ${queue}: ${error.message}`;
  return new Error(what, { cause: error });
}
