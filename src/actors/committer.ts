import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type AnyMachineSnapshot, createActor, type EventObject } from 'xstate';
import { RetryableError, TerminalError, toError } from '../errors.ts';
import type { Delivery } from './delivery.ts';
import type { Position } from './fulfilment.ts';
import { firstStep, valueText } from './interpret.ts';
import { parseEntry, type StoredEntry } from './outbox.ts';
import { type Plan, planBatch, planStart } from './plan.ts';
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

  #remember(actor: string, cached: Cached): void {
    this.#cache.delete(actor);
    this.#cache.set(actor, cached);
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
    const nonce = newNonce();
    const plan = this.#firstPlan(machine, { ...o, nonce });
    const { request, snapshot } = this.#request({ actor: o.id, machine, head: '', plan, nonce });
    request.create = true;
    if (o.parent !== undefined) request.parent = o.parent;
    const reply = await this.#options.store.commit(request, snapshot);
    if (reply.kind === 'exists' || reply.kind === 'orphan') return reply.kind;
    if (reply.kind !== 'ok') throw new TerminalError(`the start of ${o.id} was answered "${reply.kind}"`);
    await this.#finish({ request, plan, snapshot, ...reply });
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

  /** A keyed event may be poison only because it has been taken before. */
  async #poisoned(record: ActorRecord, delivery: Delivery, thrown: Error): Promise<Verdict> {
    const key = delivery.kind === 'client' ? delivery.key : undefined;
    const before = key === undefined ? undefined : await this.#options.store.verdictOf(record.id, key);
    const { value: state } = record;
    return before === undefined ? { verdict: 'poison', state, thrown } : { verdict: 'duplicate', state };
  }
}
