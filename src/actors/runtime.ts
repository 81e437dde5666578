import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import type { AnyMachineSnapshot, AnyStateMachine, EventObject, SnapshotFrom } from 'xstate';
import { createActor } from 'xstate';
import { z } from 'zod';
import { TerminalError, UserError } from '../errors.ts';
import type { Connect, QueuePolicy } from '../queues/index.ts';
import { QueueSet } from '../queues/index.ts';
import type { ActorClient, ActorView, SendResult } from './api.ts';
import { type Committed, Committer, type Verdict } from './committer.ts';
import { EffectWorker } from './effect-worker.ts';
import { type JobData, timersQueue } from './jobs.ts';
import { familyMark } from './keys.ts';
import { Lanes } from './lanes.ts';
import type { Delivery } from './plan.ts';
import type { ActorRecord } from './record.ts';
import { type AnyEffect, type RegisteredMachine, type Registration, registerMachine } from './registry.ts';
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
}

export interface HistoryEntry {
  seq: number;
  atMs: number;
  event: EventObject;
  from: string;
  to: string;
  effects: string[];
  by: string;
}

const historySchema = z.object({
  seq: z.number(),
  event: z.looseObject({ type: z.string() }),
  from: z.string(),
  to: z.string(),
  effects: z.array(z.string()),
  by: z.string(),
});

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
  readonly #machines = new Map<string, RegisteredMachine>();
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
      policies: options.queues,
      connect,
      prefix: `{${namespace}}`,
      onError: (queue, error) => onProblem(new Error(`queue ${queue}: ${error.message}`, { cause: error })),
    });
    this.#roles = options.roles ?? this.queues.names;
    for (const registration of options.machines) {
      const registered = registerMachine(registration);
      for (const effect of Object.values(registered.effects)) this.queues.queue(effect.queue);
      this.#machines.set(registered.id, registered);
    }
    const { store, queues } = this;
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
      machine: (id, version) => this.#registered(id, version),
      latest: (id) => this.#machines.get(id),
      onOutbox: (entries) => this.#relay.relay(entries),
      onCommitted: (committed) => this.#commits.emit('committed', committed),
      onUnfenced: (ids) => this.#effects.abort(ids),
      onArmed: (actor, delayMs) => this.#timers.armed(actor, delayMs),
      horizonMs: clientKeyHorizonMs,
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

  #registered(id: string, version: string): RegisteredMachine | undefined {
    const machine = this.#machines.get(id);
    return machine?.version === version ? machine : undefined;
  }

  async #effect(actor: string, src: string): Promise<AnyEffect | undefined> {
    const record = await this.store.load(actor);
    if (record === undefined) return undefined;
    return this.#registered(record.machine, record.version)?.effects[src];
  }

  /** Binds the versions, then takes up work. Throws a UserError for a definition that changed under its version. */
  async open(): Promise<void> {
    for (const { id, version, hash } of this.#machines.values()) {
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
    this.#effects.abortAll('the worker stops');
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
    const keyAtMs = options.keyAtMs ?? Date.now();
    const verdict = await this.#lanes.push(id, { kind: 'client', event, key: options.key, keyAtMs });
    if (verdict.verdict === 'poison') {
      throw new TerminalError(`the machine of ${id} throws on ${event.type}`, { cause: verdict.thrown });
    }
    return { verdict: sendVerdictSchema.parse(verdict.verdict), state: verdict.state };
  }

  #view(record: ActorRecord): ActorView {
    const known = this.#registered(record.machine, record.version) !== undefined;
    return {
      id: record.id,
      machine: record.machine,
      version: record.version,
      seq: record.seq,
      state: record.value,
      status: record.status === 'active' && !known ? 'parked' : record.status,
      since: new Date(record.sinceMs).toISOString(),
      ...(record.output === undefined ? {} : { output: record.output }),
      ...(record.error === undefined ? {} : { error: record.error }),
    };
  }

  async get(id: string): Promise<ActorView | undefined> {
    const record = await this.store.load(id);
    return record === undefined ? undefined : this.#view(record);
  }

  async snapshot<Machine extends AnyStateMachine>(
    machine: Machine,
    id: string,
  ): Promise<{ view: ActorView; snapshot: SnapshotFrom<Machine> } | undefined> {
    const record = await this.store.load(id);
    if (record === undefined || record.machine !== machine.id) return undefined;
    const logic: AnyStateMachine = machine;
    const restored = createActor(logic, { snapshot: JSON.parse(record.snapshot) }).getSnapshot();
    // The one cast: XState's types cannot say that a machine's own restored snapshot is its snapshot.
    return { view: this.#view(record), snapshot: restored as SnapshotFrom<Machine> };
  }

  async list(options: { machine?: string; limit?: number; cursor?: string }): Promise<{
    items: ActorView[];
    cursor?: string;
  }> {
    const limit = options.limit ?? 100;
    const before = options.cursor === undefined ? undefined : parseCursor(options.cursor);
    const ids = await this.store.list({
      limit,
      ...(options.machine === undefined ? {} : { machine: options.machine }),
      ...(before === undefined ? {} : { before }),
    });
    const records = await Promise.all(ids.map(({ id }) => this.store.load(id)));
    const items = records.filter((record) => record !== undefined).map((record) => this.#view(record));
    const last = ids.length === limit ? ids.at(-1) : undefined;
    return { items, ...(last === undefined ? {} : { cursor: `${last.atMs}.${last.id}` }) };
  }

  async waitFor(
    id: string,
    done: (view: ActorView) => boolean,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<ActorView | undefined> {
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
    for (;;) {
      const changed = this.#nextCommit(id, signal);
      const view = await this.get(id);
      if (view !== undefined && done(view)) {
        changed.cancel();
        return view;
      }
      if (signal.aborted) return undefined;
      await changed.promise;
    }
  }

  /** Resolves at the actor's next commit here, at a look that is due anyway (another process may commit), or on abort. */
  #nextCommit(id: string, signal: AbortSignal): { promise: Promise<void>; cancel(): void } {
    let cancel = () => {};
    const promise = new Promise<void>((resolve) => {
      const listener = (committed: Committed) => committed.actor === id && cancel();
      const timer = setTimeout(() => cancel(), 250);
      cancel = () => {
        clearTimeout(timer);
        this.#commits.off('committed', listener);
        signal.removeEventListener('abort', cancel);
        resolve();
      };
      this.#commits.on('committed', listener);
      signal.addEventListener('abort', cancel);
    });
    return { promise, cancel };
  }

  /** The history of an actor, oldest first. */
  async history(id: string): Promise<HistoryEntry[]> {
    return (await this.store.history(id)).map((stored) => {
      const mark = stored.indexOf('|');
      return {
        atMs: Number(stored.slice(0, mark)),
        ...historySchema.parse(JSON.parse(stored.slice(mark + 1))),
      };
    });
  }

  /** The stored snapshot as the machine sees it. */
  async position(id: string): Promise<AnyMachineSnapshot | undefined> {
    return (await this.#committer.load(id))?.snapshot;
  }
}

const sendVerdictSchema = z.enum(['applied', 'ignored', 'duplicate', 'ended', 'absent', 'too-old']);

function parseCursor(cursor: string): { atMs: number; id: string } {
  const mark = cursor.indexOf('.');
  return { atMs: Number(cursor.slice(0, mark)), id: cursor.slice(mark + 1) };
}
