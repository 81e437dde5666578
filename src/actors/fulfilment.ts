import type { AnyMachineSnapshot, EventObject } from 'xstate';
import { TerminalError } from '../errors.ts';
import type { Wish } from './interpret.ts';
import { effectIdOf } from './keys.ts';
import type { OutboxEntry } from './outbox.ts';
import type { Fence, Parent } from './record.ts';
import type { RegisteredMachine } from './registry.ts';
import type { CommitEvent } from './store.ts';

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

/** The events of one commit so far: what a later one of them cancels is never sent (R9). */
export interface Batch {
  events: PlannedEvent[];
  /** which of them added a fence, by its effect id */
  added: Map<string, PlannedEvent>;
}

export function outboxItem(id: string, entry: OutboxEntry): { id: string; value: string; to?: string } {
  const item = { id, value: JSON.stringify(entry) };
  return entry.kind === 'send' ? { ...item, to: entry.to } : item;
}

/** Turns the wishes of one step into fences, timers and outbox entries. Changes `position` and `planned`. */
export class Fulfilment {
  readonly #machine: RegisteredMachine;
  readonly #position: Position;
  readonly #planned: PlannedEvent;
  readonly #batch: Batch;
  readonly #nonce: string;
  #index = 0;

  constructor(o: {
    machine: RegisteredMachine;
    position: Position;
    planned: PlannedEvent;
    batch: Batch;
    nonce: string;
  }) {
    this.#machine = o.machine;
    this.#position = o.position;
    this.#planned = o.planned;
    this.#batch = o.batch;
    this.#nonce = o.nonce;
  }

  #nextId(): string {
    return effectIdOf(this.#position.id, this.#position.seq, this.#index++, this.#nonce);
  }

  #add(id: string, fence: Fence): void {
    this.#position.fences.set(id, fence);
    this.#batch.added.set(id, this.#planned);
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
    const { added, events } = this.#batch;
    const adder = added.get(id);
    if (adder === undefined) {
      this.#planned.commit.remove = [...(this.#planned.commit.remove ?? []), id];
      return;
    }
    added.delete(id);
    adder.commit.add = (adder.commit.add ?? []).filter((fence) => fence.id !== id);
    for (const { commit } of events) {
      if (commit.outbox === undefined) continue;
      commit.outbox = commit.outbox.filter((entry) => entry.id !== id && entry.to !== id);
    }
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
    // Never elided, even where it was wanted in this very batch: the state it belongs to waits for its answer.
    if (fence.kind !== 'effect' || !fence.irreversible) {
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

  /** In the machine's order, but that a child is born before it is told something: XState defers such sends as well. */
  fulfilAll(wishes: readonly Wish[]): void {
    const early: Wish[] = [];
    for (const [at, wish] of wishes.entries()) {
      const to = wish.kind === 'send' || wish.kind === 'arm' ? wish.to : undefined;
      const unborn = wishes.slice(at + 1).some((later) => later.kind === 'spawn' && later.id === to);
      if (unborn) early.push(wish);
      else this.#fulfil(wish);
    }
    for (const wish of early) this.#fulfil(wish);
  }

  #fulfil(wish: Wish): void {
    switch (wish.kind) {
      case 'spawn':
        this.#spawn(wish);
        return;
      case 'stop':
        this.#stop(wish.id);
        return;
      case 'cancel': {
        const timer = this.#find(['timer'], wish.id);
        if (timer !== undefined) this.#drop(timer[0]);
        return;
      }
      case 'arm': {
        const earlier = wish.id === undefined ? undefined : this.#find(['timer'], wish.id);
        if (earlier !== undefined) this.#drop(earlier[0]);
        const to = wish.to === undefined ? {} : { to: this.#address(wish.to) };
        this.#add(this.#nextId(), {
          kind: 'timer',
          id: wish.id ?? '',
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

export function describe(wish: Wish): string {
  if (wish.kind === 'emit') return `emit ${wish.event.type}`;
  if (wish.kind === 'send') return `send ${wish.event.type} ${wish.to}`;
  if (wish.kind === 'arm') return `arm ${wish.id ?? wish.event.type}`;
  return `${wish.kind} ${wish.id}`;
}
