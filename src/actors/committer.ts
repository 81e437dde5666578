import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type AnyMachineSnapshot, createActor } from 'xstate';
import { RetryableError, TerminalError, toError } from '../errors.ts';
import {
  armedBy,
  type CommitOk,
  type CommitPlan,
  type Committed,
  committedBy,
  outboxOf,
  requestOf,
  unfencedBy,
} from './commit-request.ts';
import type { Delivery } from './delivery.ts';
import type { Position } from './fulfilment.ts';
import { firstStep, valueText } from './interpret.ts';
import type { StoredEntry } from './outbox.ts';
import { type Plan, planBatch, planStart } from './plan.ts';
import type { ActorRecord, Parent } from './record.ts';
import type { RegisteredMachine } from './registry.ts';
import type { ActorStore } from './store.ts';

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
  /** how many history entries of an actor are kept */
  historyLimit: number;
}

interface Cached {
  record: ActorRecord;
  snapshot: AnyMachineSnapshot;
}

const cacheSize = 2000;

/** Tells two pasts of one actor apart (R10); drawn outside the transition, which knows no chance. */
function newNonce(): string {
  return randomBytes(4).toString('hex');
}

/** Loads, plans, commits and begins again: invariants 1 and 2 on the side of the process. */
export class Committer {
  readonly #options: CommitterOptions;
  /** Snapshots by actor, oldest first. Only ever a guess: the script compares the head. */
  readonly #cache = new Map<string, Cached>();

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  #remember(before: ActorRecord, head: string, { seq, snapshot, fences }: Position): void {
    const record: ActorRecord = { ...before, head, seq, value: valueText(snapshot.value), fences };
    this.#cache.delete(record.id);
    this.#cache.set(record.id, { record, snapshot });
    const oldest = this.#cache.size > cacheSize ? this.#cache.keys().next().value : undefined;
    if (oldest !== undefined) this.#cache.delete(oldest);
  }

  /** The record as Redis holds it, with its snapshot restored. Throws for a version that nobody here runs. */
  async load(actor: string): Promise<Cached | undefined> {
    const record = await this.#options.store.load(actor);
    return record === undefined ? undefined : this.#restored(record);
  }

  #restored(record: ActorRecord): Cached {
    const { machine } = this.#machineOf(record);
    // Never started: restoring this way has no effects and, unlike resolveState, keeps the children.
    const snapshot: AnyMachineSnapshot = createActor(machine, {
      snapshot: JSON.parse(record.snapshot),
    }).getSnapshot();
    return { record, snapshot };
  }

  #machineOf({ id, machine, version }: ActorRecord): RegisteredMachine {
    const registered = this.#options.machine(machine, version);
    if (registered !== undefined) return registered;
    throw new RetryableError(`no process here runs ${machine}@${version}, the version of ${id}`);
  }

  /** A commit stands: whoever waits for it is told, and what it wants done is relayed. */
  async #finish({ request, plan }: CommitPlan, { nowMs, numbers }: CommitOk): Promise<void> {
    const { onUnfenced, onArmed, onCommitted, onOutbox } = this.#options;
    onUnfenced(unfencedBy(plan));
    for (const delayMs of armedBy(plan)) onArmed(request.actor, delayMs);
    for (const committed of committedBy(request, plan, nowMs)) onCommitted(committed);
    await onOutbox(outboxOf(plan, { nowMs, numbers }));
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
    const nonce = newNonce();
    const plan = this.#firstPlan(machine, { ...o, nonce });
    const { horizonMs, historyLimit, store } = this.#options;
    const commit = requestOf({ actor: o.id, machine, head: '', plan, nonce, horizonMs, historyLimit });
    commit.request.create = true;
    if (o.parent !== undefined) commit.request.parent = o.parent;
    const reply = await store.commit(commit.request, commit.snapshot);
    if (reply.kind === 'exists' || reply.kind === 'orphan') return reply.kind;
    if (reply.kind !== 'ok') throw new TerminalError(`the start of ${o.id} was answered "${reply.kind}"`);
    await this.#finish(commit, reply);
    return 'ok';
  }

  #firstPlan(
    machine: RegisteredMachine,
    o: { id: string; input: unknown; parent?: Parent; nonce: string },
  ): Plan {
    try {
      const step = firstStep(machine.machine, o.input);
      const { id, parent, nonce } = o;
      const position: Position = { id, seq: 0, snapshot: step.snapshot, fences: new Map(), parent };
      return planStart({ machine, position, nonce }, step, o.input);
    } catch (thrown) {
      const { message } = toError(thrown);
      throw new TerminalError(`${machine.id} cannot start as ${o.id}: ${message}`, { cause: thrown });
    }
  }

  /** What a delivery is to an actor that hears nothing: not there, or at its end. */
  async #unheard(
    actor: string,
    record: ActorRecord | undefined,
    delivery: Delivery,
  ): Promise<Verdict | 'there'> {
    const { store } = this.#options;
    if (record !== undefined) {
      // The answer to the first try may have been lost: what it did is not undone by the actor's end.
      const known = delivery.kind === 'client' && delivery.key !== undefined;
      const before = known ? await store.verdictOf(actor, delivery.key ?? '') : undefined;
      return { verdict: before === undefined ? 'ended' : 'duplicate', state: record.value };
    }
    const verdict = delivery.kind === 'peer' ? await store.absent(actor, delivery) : 'absent';
    return verdict === 'there' ? verdict : { verdict, state: '' };
  }

  /** One batch of one actor; answers a verdict for each delivery, in order. */
  async deliver(actor: string, deliveries: readonly Delivery[]): Promise<Verdict[]> {
    const verdicts: Verdict[] = [];
    let rest = [...deliveries];
    for (let tries = 0; rest.length > 0; tries += 1) {
      if (tries > 50 + 2 * deliveries.length)
        throw new RetryableError(`${actor} is too busy: 50 commits came in between`);
      const [next] = rest;
      if (next === undefined) break;
      const cached = this.#cache.get(actor);
      const record = cached?.record ?? (await this.#options.store.load(actor));
      if (record?.status !== 'active') {
        const verdict = await this.#unheard(actor, record, next);
        if (verdict === 'there') continue;
        verdicts.push(verdict);
        rest = rest.slice(1);
        continue;
      }
      const machine = this.#machineOf(record);
      const { snapshot } = cached ?? this.#restored(record);
      const nonce = newNonce();
      const { seq, fences, parent } = record;
      const position: Position = { id: actor, seq, snapshot, fences, parent };
      const plan = planBatch({ machine, position, nonce }, rest);
      if (plan.poison !== undefined) {
        if (cached !== undefined) {
          // Judged on what may be the past: looked at again as Redis holds it.
          this.#cache.delete(actor);
          continue;
        }
        verdicts.push(await this.#poisoned(record, next, plan.poison));
        rest = rest.slice(1);
        continue;
      }
      const { horizonMs, historyLimit, store } = this.#options;
      const commit = requestOf({ actor, machine, head: record.head, plan, nonce, horizonMs, historyLimit });
      const reply = await store.commit(commit.request, commit.snapshot);
      if (reply.kind === 'ok') {
        if (plan.status === 'active') this.#remember(record, reply.head, plan.position);
        else this.#cache.delete(actor);
        for (const event of plan.events) {
          verdicts.push({ verdict: event.applied ? 'applied' : 'ignored', state: event.to });
        }
        rest = rest.slice(plan.events.length);
        await this.#finish(commit, reply);
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

  /** A keyed event may be poison only because it has been taken before. */
  async #poisoned(record: ActorRecord, delivery: Delivery, thrown: Error): Promise<Verdict> {
    const key = delivery.kind === 'client' ? delivery.key : undefined;
    const before = key === undefined ? undefined : await this.#options.store.verdictOf(record.id, key);
    const { value: state } = record;
    return before === undefined ? { verdict: 'poison', state, thrown } : { verdict: 'duplicate', state };
  }
}
