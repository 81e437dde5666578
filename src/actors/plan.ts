import type { AnyMachineSnapshot, EventObject } from 'xstate';
import { TerminalError, toErrorRecord } from '../errors.ts';
import { doneEvent, errorEvent, nextStep, type Step, valueText, type Wish } from './interpret.ts';
import { effectIdOf } from './keys.ts';
import type { OutboxEntry } from './outbox.ts';
import type { ActorStatus, Fence, Parent } from './record.ts';
import type { RegisteredMachine } from './registry.ts';
import type { CommitEvent } from './store.ts';

/** Something that is brought to an actor. */
export type Delivery =
  | { kind: 'client'; event: EventObject; key: string | undefined; keyAtMs: number }
  | { kind: 'report'; fence: string; outcome: 'done' | 'error'; value: unknown }
  | { kind: 'timer'; fence: string }
  | { kind: 'peer'; from: string; number: number; event: EventObject };

/** An actor between two events of a batch. */
export interface Position {
  id: string;
  seq: number;
  snapshot: AnyMachineSnapshot;
  fences: Map<string, Fence>;
  parent: Parent | undefined;
}

/** What became of one delivery, if the script agrees. */
export interface PlannedEvent {
  commit: CommitEvent;
  applied: boolean;
  event: string;
  from: string;
  to: string;
  emitted: EventObject[];
}

export interface Plan {
  events: PlannedEvent[];
  position: Position;
  status: ActorStatus;
  error: unknown;
  /** set when the first delivery is a client's event on which the machine throws: nothing is to be committed */
  poison: unknown;
}

/** Where a fence of this batch was added: what a later event of the batch cancels is never sent. */
type Added = Map<string, PlannedEvent>;

function outboxItem(id: string, entry: OutboxEntry): { id: string; value: string; to?: string } {
  const item = { id, value: JSON.stringify(entry) };
  return entry.kind === 'send' ? { ...item, to: entry.to } : item;
}

/** Turns the wishes of one step into fences, timers and outbox entries. Changes `position` and `planned`. */
class Fulfilment {
  readonly #machine: RegisteredMachine;
  readonly #position: Position;
  readonly #planned: PlannedEvent;
  readonly #added: Added;
  readonly #nonce: string;
  #index = 0;

  constructor(o: {
    machine: RegisteredMachine;
    position: Position;
    planned: PlannedEvent;
    added: Added;
    nonce: string;
  }) {
    this.#machine = o.machine;
    this.#position = o.position;
    this.#planned = o.planned;
    this.#added = o.added;
    this.#nonce = o.nonce;
  }

  #nextId(): string {
    return effectIdOf(this.#position.id, this.#position.seq, this.#index++, this.#nonce);
  }

  #add(id: string, fence: Fence): void {
    this.#position.fences.set(id, fence);
    this.#added.set(id, this.#planned);
    const { commit } = this.#planned;
    const item = { id, value: JSON.stringify(fence) };
    commit.add = [...(commit.add ?? []), fence.kind === 'timer' ? { ...item, delayMs: fence.delayMs } : item];
  }

  send(id: string, entry: OutboxEntry): void {
    const { commit } = this.#planned;
    commit.outbox = [...(commit.outbox ?? []), outboxItem(id, entry)];
  }

  #drop(id: string): void {
    this.#position.fences.delete(id);
    const adder = this.#added.get(id);
    if (adder === undefined) {
      this.#planned.commit.remove = [...(this.#planned.commit.remove ?? []), id];
      return;
    }
    this.#added.delete(id);
    adder.commit.add = (adder.commit.add ?? []).filter((fence) => fence.id !== id);
    adder.commit.outbox = (adder.commit.outbox ?? []).filter((entry) => entry.id !== id && entry.to !== id);
  }

  #find(kinds: readonly Fence['kind'][], id: string): [string, Fence] | undefined {
    return [...this.#position.fences].find(([, fence]) => kinds.includes(fence.kind) && fence.id === id);
  }

  /** A child machine by the parent's name for it, this actor itself, or another actor by its id. */
  #address(to: string): string {
    const child = this.#find(['child'], to);
    if (child !== undefined) return child[0];
    return to.startsWith('x:') ? this.#position.id : to;
  }

  #spawn(wish: Extract<Wish, { kind: 'spawn' }>): void {
    const { src, input } = wish;
    const id = this.#nextId();
    const effect = this.#machine.effects[src];
    if (effect !== undefined) {
      const { queue } = effect;
      const irreversible = effect.revoke !== undefined;
      this.#add(id, { kind: 'effect', id: wish.id, src, input, queue, irreversible, phase: 'live' });
      this.send(id, { kind: 'effect', src, queue });
      return;
    }
    const machine = this.#machine.children[src];
    if (machine === undefined) throw new TerminalError(`nothing is registered for "${src}"`);
    this.#add(id, { kind: 'child', id: wish.id, machine, input });
    this.send(id, { kind: 'start', machine, input, parent: { actor: this.#position.id, fence: id } });
  }

  #stop(id: string): void {
    const found = this.#find(['effect', 'child'], id);
    if (found === undefined) return;
    const [fenceId, fence] = found;
    if (fence.kind !== 'effect' || !fence.irreversible || this.#added.has(fenceId)) {
      this.#drop(fenceId);
      return;
    }
    if (fence.phase === 'revoking') return;
    // R1: what may be writing is not dropped but revoked; the sink's answer is the invoke's result.
    const revoking: Fence = { ...fence, phase: 'revoking' };
    this.#position.fences.set(fenceId, revoking);
    const { commit } = this.#planned;
    commit.revoke = [...(commit.revoke ?? []), { id: fenceId, value: JSON.stringify(revoking) }];
    const { src, queue } = fence;
    this.send(`${fenceId}.revoke`, { kind: 'revoke', fence: fenceId, src, queue });
  }

  fulfil(wish: Wish): void {
    switch (wish.kind) {
      case 'spawn':
        return this.#spawn(wish);
      case 'stop':
        return this.#stop(wish.id);
      case 'cancel': {
        const timer = this.#find(['timer'], wish.id);
        if (timer !== undefined) this.#drop(timer[0]);
        return;
      }
      case 'arm': {
        const earlier = this.#find(['timer'], wish.id);
        if (earlier !== undefined) this.#drop(earlier[0]);
        const to = wish.to === undefined ? {} : { to: this.#address(wish.to) };
        this.#add(this.#nextId(), {
          kind: 'timer',
          id: wish.id,
          event: wish.event,
          delayMs: wish.delayMs,
          ...to,
        });
        return;
      }
      case 'send':
        this.send(this.#nextId(), {
          kind: 'send',
          from: this.#position.id,
          to: this.#address(wish.to),
          event: wish.event,
        });
        return;
      case 'emit':
        this.#planned.emitted.push(wish.event);
        return;
    }
  }
}

function describe(wish: Wish): string {
  if (wish.kind === 'emit') return `emit ${wish.event.type}`;
  if (wish.kind === 'send') return `send ${wish.event.type} ${wish.to}`;
  return `${wish.kind} ${wish.id}`;
}

function assertChildren(position: Position): void {
  const known = new Set([...position.fences.values()].map((fence) => fence.id));
  for (const [id, child] of Object.entries(position.snapshot.children)) {
    // A finished or stopped child may stay in the snapshot; one that was never announced is a lost effect.
    if (child !== undefined && !known.has(id) && position.seq === 0)
      throw new TerminalError(`child "${id}" was spawned inside assign: use invoke or spawnChild`);
  }
}

function byOf(delivery: Delivery): string {
  if (delivery.kind === 'client') return delivery.key === undefined ? 'client' : `client ${delivery.key}`;
  return delivery.kind === 'peer' ? delivery.from : delivery.fence;
}

function commitOf(delivery: Delivery): CommitEvent {
  switch (delivery.kind) {
    case 'client':
      return delivery.key === undefined ? {} : { key: delivery.key, keyAt: delivery.keyAtMs };
    case 'report':
      return { fence: delivery.fence };
    case 'timer':
      return { fence: delivery.fence, timer: true };
    case 'peer':
      return { from: delivery.from, number: delivery.number };
  }
}

export interface PlanRequest {
  machine: RegisteredMachine;
  position: Position;
  nonce: string;
}

function finish(
  request: PlanRequest,
  planned: PlannedEvent,
  added: Added,
  step: Step,
  by: string,
  event: EventObject,
) {
  const { machine, position, nonce } = request;
  position.snapshot = step.snapshot;
  const fulfilment = new Fulfilment({ machine, position, planned, added, nonce });
  for (const wish of step.wishes) fulfilment.fulfil(wish);
  planned.to = valueText(step.snapshot.value);
  planned.applied = true;
  const effects = step.wishes.map(describe);
  planned.commit.entry = JSON.stringify({
    seq: position.seq,
    event,
    from: planned.from,
    to: planned.to,
    effects,
    by,
  });
  const { status, output, error } = step.snapshot;
  if (position.parent !== undefined && (status === 'done' || status === 'error')) {
    const value = status === 'done' ? output : toErrorRecord(error);
    const { parent } = position;
    fulfilment.send(`${position.id}.end`, { kind: 'end', parent, outcome: status, value });
  }
}

/** The first commit of an actor. */
export function planStart(request: PlanRequest, step: Step, input: unknown): Plan {
  const { position } = request;
  const planned: PlannedEvent = {
    commit: {},
    applied: true,
    event: 'xstate.init',
    from: '',
    to: '',
    emitted: [],
  };
  finish(request, planned, new Map(), step, 'start', { type: 'xstate.init', ...{ input } });
  assertChildren(position);
  const { status } = step.snapshot;
  return { events: [planned], position, status, error: step.snapshot.error, poison: undefined };
}

/** The event that a delivery means to the machine; undefined when its fence is not live any more. */
function eventOf(delivery: Delivery, position: Position): EventObject | undefined {
  if (delivery.kind === 'client' || delivery.kind === 'peer') return delivery.event;
  const fence = position.fences.get(delivery.fence);
  if (fence === undefined) return undefined;
  if (delivery.kind === 'timer') return fence.kind === 'timer' ? fence.event : undefined;
  return delivery.outcome === 'done'
    ? doneEvent(fence.id, delivery.value)
    : errorEvent(fence.id, delivery.value);
}

type Attempt = { event: EventObject; step: Step } | { event: EventObject; thrown: unknown };

/** R12: a result on which the machine throws becomes that invoke's error event; throws again: the actor is in error. */
function attempt(request: PlanRequest, delivery: Delivery, event: EventObject): Attempt {
  const { machine, position } = request;
  try {
    return { event, step: nextStep(machine.machine, position.snapshot, event) };
  } catch (thrown) {
    const fence = delivery.kind === 'report' ? position.fences.get(delivery.fence) : undefined;
    if (delivery.kind !== 'report' || delivery.outcome === 'error' || fence === undefined)
      return { event, thrown };
    return attempt(request, { ...delivery, outcome: 'error' }, errorEvent(fence.id, thrown));
  }
}

/**
 * What a batch of deliveries makes of an actor: a commit event for each, in order, judged on what its predecessors left
 * (R9). It ends before a client's event on which the machine throws, and after the actor's end. Source: the protocol's
 * commit script, rules 1 to 6.
 */
export function planBatch(request: PlanRequest, deliveries: readonly Delivery[]): Plan {
  const { machine, nonce } = request;
  const position: Position = { ...request.position, fences: new Map(request.position.fences) };
  const added: Added = new Map();
  const plan: Plan = { events: [], position, status: 'active', error: undefined, poison: undefined };
  for (const delivery of deliveries) {
    const from = valueText(position.snapshot.value);
    const commit = commitOf(delivery);
    const event = eventOf(delivery, position);
    const planned: PlannedEvent = {
      commit,
      applied: false,
      event: event?.type ?? '',
      from,
      to: from,
      emitted: [],
    };
    const fence = delivery.kind === 'timer' ? position.fences.get(delivery.fence) : undefined;
    if (event === undefined) {
      plan.events.push(planned);
      continue;
    }
    if (fence?.kind === 'timer' && fence.to !== undefined) {
      // A delayed send: the machine sees nothing of it, the receiver does.
      position.seq += 1;
      position.fences.delete(delivery.kind === 'timer' ? delivery.fence : '');
      const wish: Wish = { kind: 'send', to: fence.to, event };
      const step: Step = { snapshot: position.snapshot, wishes: [wish], ignored: false };
      finish({ machine, position, nonce }, planned, added, step, byOf(delivery), event);
      plan.events.push(planned);
      continue;
    }
    const tried = attempt({ machine, position, nonce }, delivery, event);
    if ('thrown' in tried && delivery.kind === 'client') {
      if (plan.events.length === 0) plan.poison = tried.thrown;
      break;
    }
    const fenced = delivery.kind === 'report' || delivery.kind === 'timer';
    if ('step' in tried && tried.step.ignored && !fenced) {
      plan.events.push(planned);
      continue;
    }
    position.seq += 1;
    if (fenced) {
      position.fences.delete(delivery.fence);
      added.delete(delivery.fence);
    }
    plan.events.push(planned);
    if ('thrown' in tried) {
      plan.status = 'error';
      plan.error = toErrorRecord(tried.thrown);
      planned.applied = true;
      planned.commit.entry = JSON.stringify({
        seq: position.seq,
        event: tried.event,
        from,
        to: from,
        effects: [],
        by: byOf(delivery),
        error: plan.error,
      });
      if (position.parent !== undefined) {
        const end: OutboxEntry = {
          kind: 'end',
          parent: position.parent,
          outcome: 'error',
          value: plan.error,
        };
        planned.commit.outbox = [outboxItem(`${position.id}.end`, end)];
      }
      break;
    }
    planned.event = tried.event.type;
    finish({ machine, position, nonce }, planned, added, tried.step, byOf(delivery), tried.event);
    const { status, error } = tried.step.snapshot;
    plan.status = status;
    plan.error = error;
    if (status !== 'active') break;
  }
  return plan;
}
