import type { EventObject } from 'xstate';
import { valueText } from './interpret.ts';
import { parseEntry, type StoredEntry } from './outbox.ts';
import type { Plan } from './plan.ts';
import type { RegisteredMachine } from './registry.ts';
import type { CommitReply, CommitRequest } from './store.ts';

export type CommitOk = Extract<CommitReply, { kind: 'ok' }>;

/** A plan as the script takes it; `snapshot` is empty where every event was ignored. */
export interface CommitPlan {
  request: CommitRequest;
  plan: Plan;
  snapshot: string;
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

export function requestOf(o: {
  actor: string;
  machine: RegisteredMachine;
  head: string;
  plan: Plan;
  nonce: string;
  horizonMs: number;
  historyLimit: number;
}): CommitPlan {
  const { actor, machine, head, plan, horizonMs, historyLimit } = o;
  const { seq, snapshot } = plan.position;
  const request: CommitRequest = {
    actor,
    create: false,
    head,
    machine: machine.id,
    version: machine.version,
    horizonMs,
    historyLimit,
    events: plan.events.map((event) => event.commit),
  };
  if (!plan.events.some((event) => event.applied)) return { request, plan, snapshot: '' };
  request.next = {
    head: `${seq}.${o.nonce}`,
    value: valueText(snapshot.value),
    status: plan.status,
    ...(snapshot.output === undefined ? {} : { output: JSON.stringify(snapshot.output) }),
    ...(plan.error === undefined ? {} : { error: JSON.stringify(plan.error) }),
  };
  return { request, plan, snapshot: JSON.stringify(machine.machine.getPersistedSnapshot(snapshot)) };
}

/** Fences that the commit took away. */
export function unfencedBy(plan: Plan): string[] {
  return plan.events.flatMap(({ commit }) => [
    ...(commit.remove ?? []),
    ...(commit.fence === undefined ? [] : [commit.fence]),
  ]);
}

/** The delays of the timers that it armed, ms. */
export function armedBy(plan: Plan): number[] {
  const added = plan.events.flatMap(({ commit }) => commit.add ?? []);
  return added.map(({ delayMs }) => delayMs).filter((delayMs) => delayMs !== undefined);
}

export function outboxOf(plan: Plan, { nowMs, numbers }: Pick<CommitOk, 'nowMs' | 'numbers'>): StoredEntry[] {
  const entries = plan.events.flatMap(({ commit }) => commit.outbox ?? []);
  return entries.map(({ id, value }) => parseEntry(id, `${numbers[id] ?? 0}|${nowMs}|${value}`));
}

export function committedBy(request: CommitRequest, plan: Plan, atMs: number): Committed[] {
  const applied = plan.events.filter((event) => event.applied);
  const first = plan.position.seq - applied.length + 1;
  const { actor, machine } = request;
  return applied.map(({ event, from, to, emitted }, at) => {
    const status = at === applied.length - 1 ? plan.status : 'active';
    return { actor, machine, seq: first + at, atMs, event, from, to, status, emitted };
  });
}
