import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type AnyMachineSnapshot, createActor, type EventObject } from 'xstate';
import { RetryableError, TerminalError } from '../errors.ts';
import { firstStep, valueText } from './interpret.ts';
import { parseEntry, type StoredEntry } from './outbox.ts';
import { type Delivery, type Plan, type Position, planBatch, planStart } from './plan.ts';
import type { ActorRecord, Parent } from './record.ts';
import type { RegisteredMachine } from './registry.ts';
import type { ActorStore, CommitEvent, CommitRequest } from './store.ts';

/** What became of a delivery, by a commit or by the script's own word. */
export interface Verdict {
  verdict:
    | 'applied'
    | 'ignored'
    | 'stale'
    | 'early'
    | 'duplicate'
    | 'too-old'
    | 'later'
    | 'ended'
    | 'absent'
    | 'poison';
  state: string;
  /** what the machine threw on a poison event */
  thrown?: unknown;
}

/** One committed transition, told to whoever listens in this process. */
export interface Committed {
  actor: string;
  machine: string;
  seq: number;
  atMs: number;
  event: string;
  from: string;
  to: string;
  status: string;
  emitted: EventObject[];
}

export interface CommitterOptions {
  store: ActorStore;
  machine(id: string, version: string): RegisteredMachine | undefined;
  latest(id: string): RegisteredMachine | undefined;
  /** the outbox of a commit, to be relayed; the lane does not wait for deliveries to other actors */
  onOutbox(entries: StoredEntry[]): Promise<void>;
  onCommitted(committed: Committed): void;
  /** fences that a commit took away: whoever runs them here is aborted */
  onUnfenced(effectIds: readonly string[]): void;
  onArmed(actor: string, delayMs: number): void;
  /** how long a client's key is remembered, ms */
  horizonMs: number;
}

interface Cached {
  record: ActorRecord;
  snapshot: AnyMachineSnapshot;
}

const cacheSize = 2000;

/** Loads, plans, commits and begins again: invariants 1 and 2 on the side of the process. */
export class Committer {
  readonly #options: CommitterOptions;
  /** Snapshots by actor, oldest first. Only ever a guess: the script compares the head. */
  readonly #cache = new Map<string, Cached>();

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  #remember(actor: string, cached: Cached): void {
    this.#cache.delete(actor);
    this.#cache.set(actor, cached);
    const oldest = this.#cache.size > cacheSize ? this.#cache.keys().next().value : undefined;
    if (oldest !== undefined) this.#cache.delete(oldest);
  }

  /** The record as Redis holds it, with its snapshot restored. */
  async load(actor: string): Promise<Cached | undefined> {
    const record = await this.#options.store.load(actor);
    if (record === undefined) return undefined;
    const machine = this.#options.machine(record.machine, record.version);
    if (machine === undefined) {
      throw new RetryableError(
        `no process here runs ${record.machine}@${record.version}, the version of ${actor}`,
      );
    }
    // Never started: restoring this way has no effects and, unlike resolveState, keeps the children.
    const snapshot: AnyMachineSnapshot = createActor(machine.machine, {
      snapshot: JSON.parse(record.snapshot),
    }).getSnapshot();
    return { record, snapshot };
  }

  #finish(o: {
    request: CommitRequest;
    plan: Plan;
    snapshot: string;
    nowMs: number;
    numbers: Record<string, number>;
  }) {
    const { request, plan } = o;
    const entries: StoredEntry[] = [];
    const gone: string[] = [];
    for (const { commit } of plan.events) {
      gone.push(...(commit.remove ?? []), ...(commit.fence === undefined ? [] : [commit.fence]));
      for (const out of commit.outbox ?? []) {
        entries.push(parseEntry(out.id, `${o.numbers[out.id] ?? 0}|${o.nowMs}|${out.value}`));
      }
      for (const fence of commit.add ?? []) {
        if (fence.delayMs !== undefined) this.#options.onArmed(request.actor, fence.delayMs);
      }
    }
    this.#options.onUnfenced(gone);
    let seq = plan.position.seq - plan.events.filter(({ applied }) => applied).length;
    for (const planned of plan.events) {
      if (!planned.applied) continue;
      seq += 1;
      this.#options.onCommitted({
        actor: request.actor,
        machine: request.machine,
        seq,
        atMs: o.nowMs,
        event: planned.event,
        from: planned.from,
        to: planned.to,
        status: plan.status,
        emitted: planned.emitted,
      });
    }
    return this.#options.onOutbox(entries);
  }

  #request(o: { actor: string; machine: RegisteredMachine; head: string; plan: Plan; nonce: string }): {
    request: CommitRequest;
    snapshot: string;
  } {
    const { actor, machine, plan } = o;
    const { position } = plan;
    const applied = plan.events.some((event) => event.applied);
    const events: CommitEvent[] = plan.events.map((event) => event.commit);
    const snapshot = applied ? JSON.stringify(machine.machine.getPersistedSnapshot(position.snapshot)) : '';
    const request: CommitRequest = {
      actor,
      create: false,
      head: o.head,
      machine: machine.id,
      version: machine.version,
      horizonMs: this.#options.horizonMs,
      events,
    };
    if (applied) {
      const { output } = position.snapshot;
      request.next = {
        head: `${position.seq}.${o.nonce}`,
        value: valueText(position.snapshot.value),
        status: plan.status,
        ...(output === undefined ? {} : { output: JSON.stringify(output) }),
        ...(plan.error === undefined ? {} : { error: JSON.stringify(plan.error) }),
      };
    }
    return { request, snapshot };
  }

  /** Creates an actor; `exists` when it is there, `orphan` when its parent no longer wants it (R7). */
  async start(o: {
    machine: string;
    id: string;
    input: unknown;
    parent?: Parent;
  }): Promise<'ok' | 'exists' | 'orphan'> {
    const machine = this.#options.latest(o.machine);
    if (machine === undefined) throw new TerminalError(`no machine "${o.machine}" is registered`);
    const nonce = randomBytes(4).toString('hex');
    const step = firstStep(machine.machine, o.input);
    const position: Position = {
      id: o.id,
      seq: 0,
      snapshot: step.snapshot,
      fences: new Map(),
      parent: o.parent,
    };
    const plan = planStart({ machine, position, nonce }, step, o.input);
    const { request, snapshot } = this.#request({ actor: o.id, machine, head: '', plan, nonce });
    request.create = true;
    if (o.parent !== undefined) request.parent = o.parent;
    const reply = await this.#options.store.commit(request, snapshot);
    if (reply.kind === 'exists' || reply.kind === 'orphan') return reply.kind;
    if (reply.kind !== 'ok') throw new TerminalError(`the start of ${o.id} was answered "${reply.kind}"`);
    await this.#finish({ request, plan, snapshot, ...reply });
    return 'ok';
  }

  /** One batch of one actor; answers a verdict for each delivery, in order. */
  async deliver(actor: string, deliveries: readonly Delivery[]): Promise<Verdict[]> {
    const verdicts: Verdict[] = [];
    let rest = [...deliveries];
    for (let tries = 0; rest.length > 0; tries += 1) {
      if (tries > 50 + deliveries.length)
        throw new RetryableError(`${actor} is too busy: 50 commits came in between`);
      const cached = this.#cache.get(actor) ?? (await this.load(actor));
      if (cached === undefined || cached.record.status !== 'active') {
        const verdict = cached === undefined ? 'absent' : 'ended';
        for (const _ of rest) verdicts.push({ verdict, state: cached?.record.value ?? '' });
        return verdicts;
      }
      const { record, snapshot } = cached;
      const machine = this.#options.machine(record.machine, record.version);
      if (machine === undefined)
        throw new RetryableError(`no process here runs ${record.machine}@${record.version}`);
      const nonce = randomBytes(4).toString('hex');
      const position: Position = {
        id: actor,
        seq: record.seq,
        snapshot,
        fences: record.fences,
        parent: record.parent,
      };
      const plan = planBatch({ machine, position, nonce }, rest);
      if (plan.poison !== undefined) {
        verdicts.push({ verdict: 'poison', state: record.value, thrown: plan.poison });
        rest = rest.slice(1);
        continue;
      }
      const { request, snapshot: json } = this.#request({ actor, machine, head: record.head, plan, nonce });
      const reply = await this.#options.store.commit(request, json);
      if (reply.kind === 'ok') {
        if (plan.status === 'active') {
          const next: ActorRecord = {
            ...record,
            head: reply.head,
            seq: plan.position.seq,
            value: valueText(plan.position.snapshot.value),
            fences: plan.position.fences,
          };
          this.#remember(actor, { record: next, snapshot: plan.position.snapshot });
        } else this.#cache.delete(actor);
        for (const event of plan.events) {
          verdicts.push({ verdict: event.applied ? 'applied' : 'ignored', state: event.to });
        }
        rest = rest.slice(plan.events.length);
        await this.#finish({ request, plan, snapshot: json, ...reply });
      } else if (reply.kind === 'verdicts') {
        const first = reply.verdicts.findIndex((verdict) => verdict !== 'go');
        const word = reply.verdicts[first];
        if (word === undefined || word === 'go')
          throw new TerminalError('the commit script contradicts itself');
        // A word counts only where nothing assumed stands before it: the predecessors are committed on their own first.
        if (first > 0) verdicts.push(...(await this.deliver(actor, rest.slice(0, first))));
        else verdicts.push({ verdict: word, state: valueText(snapshot.value) });
        rest = rest.slice(Math.max(first, 1));
      } else {
        this.#cache.delete(actor);
        if (tries > 3) await delay(Math.random() * 5 * tries);
      }
    }
    return verdicts;
  }

  forget(actor: string): void {
    this.#cache.delete(actor);
  }
}
