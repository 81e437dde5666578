import type { EventObject } from 'xstate';
import { TerminalError, toError, toErrorRecord } from '../errors.ts';
import { byOf, type Delivery, identityOf, isReserved } from './delivery.ts';
import {
  type Batch,
  describe,
  Fulfilment,
  outboxItem,
  type PlannedEvent,
  type Position,
} from './fulfilment.ts';
import { doneEvent, errorEvent, nextStep, type Step, valueText } from './interpret.ts';
import type { OutboxEntry } from './outbox.ts';
import type { ActorStatus } from './record.ts';
import type { RegisteredMachine } from './registry.ts';

export interface Plan {
  events: PlannedEvent[];
  position: Position;
  status: ActorStatus;
  error: unknown;
  /** set when the first delivery is a client's event on which the machine throws: nothing is to be committed */
  poison: Error | undefined;
}

export interface PlanRequest {
  machine: RegisteredMachine;
  position: Position;
  nonce: string;
}

function plannedFor(commit: PlannedEvent['commit'], event: string, from: string): PlannedEvent {
  return { commit, applied: false, event, from, to: from, emitted: [] };
}

/** What a machine may want and this registration cannot give is its error, like a guard that throws. */
function assertKnown(machine: RegisteredMachine, step: Step): void {
  for (const wish of step.wishes) {
    if (wish.kind === 'spawn' && !(wish.src in machine.effects) && !(wish.src in machine.children))
      throw new TerminalError(`nothing is registered for "${wish.src}"`);
    if (wish.kind === 'send' && isReserved(wish.event))
      throw new TerminalError(`only the runtime sends ${wish.event.type}`);
  }
}

/** Takes one step into the plan: the position moves on, the wishes become fences, timers and outbox entries. */
function take(
  request: PlanRequest,
  o: { planned: PlannedEvent; batch: Batch; step: Step; event: EventObject; by: string },
): void {
  const { machine, position, nonce } = request;
  const { planned, batch, step, event, by } = o;
  position.snapshot = step.snapshot;
  const fulfilment = new Fulfilment({ machine, position, planned, batch, nonce });
  fulfilment.fulfilAll(step.wishes);
  const { seq, parent } = position;
  const to = valueText(step.snapshot.value);
  const effects = step.wishes.map(describe);
  Object.assign(planned, { applied: true, event: event.type, to });
  planned.commit.entry = JSON.stringify({ seq, event, from: planned.from, to, effects, by });
  const { status, output, error } = step.snapshot;
  if (parent === undefined || (status !== 'done' && status !== 'error')) return;
  const value = status === 'done' ? output : toErrorRecord(error);
  fulfilment.send(`${position.id}.end`, { kind: 'end', parent, outcome: status, value });
}

/** The machine throws even on the error: the actor is in error, and its parent is told (R12). */
function breakDown(
  position: Position,
  o: { planned: PlannedEvent; event: EventObject; by: string; error: unknown },
) {
  const { planned, event, by, error } = o;
  const { seq, parent, id } = position;
  const { from } = planned;
  Object.assign(planned, { applied: true, event: event.type });
  planned.commit.entry = JSON.stringify({ seq, event, from, to: from, effects: [], by, error });
  if (parent === undefined) return;
  const end: OutboxEntry = { kind: 'end', parent, outcome: 'error', value: error };
  planned.commit.outbox = [outboxItem(`${id}.end`, end)];
}

/** The first commit of an actor. */
export function planStart(request: PlanRequest, step: Step, input: unknown): Plan {
  const { machine, position } = request;
  assertKnown(machine, step);
  const planned = plannedFor({}, 'xstate.init', '');
  const batch: Batch = { events: [planned], added: new Map() };
  take(request, { planned, batch, step, event: { type: 'xstate.init', ...{ input } }, by: 'start' });
  const { status, error } = step.snapshot;
  return {
    events: batch.events,
    position,
    status,
    error: status === 'error' ? toErrorRecord(error) : undefined,
    poison: undefined,
  };
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
  const fence = 'fence' in delivery ? position.fences.get(delivery.fence) : undefined;
  if (fence?.kind === 'timer' && fence.to !== undefined) {
    // A delayed send: the machine sees nothing of it, the receiver does. The history must not take it for its event.
    const step: Step = {
      snapshot: position.snapshot,
      wishes: [{ kind: 'send', to: fence.to, event }],
      ignored: false,
    };
    return { event: { type: 'xstate.sendTo', ...{ to: fence.to, event } }, step };
  }
  try {
    const step = nextStep(machine.machine, position.snapshot, event);
    assertKnown(machine, step);
    return { event, step };
  } catch (thrown) {
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
  const position: Position = { ...request.position, fences: new Map(request.position.fences) };
  const current: PlanRequest = { ...request, position };
  const batch: Batch = { events: [], added: new Map() };
  const plan: Plan = {
    events: batch.events,
    position,
    status: 'active',
    error: undefined,
    poison: undefined,
  };
  for (const delivery of deliveries) {
    const event = eventOf(delivery, position);
    const from = valueText(position.snapshot.value);
    const planned = plannedFor(identityOf(delivery), event?.type ?? '', from);
    if (event === undefined) {
      // Its fence is gone: the script says so.
      plan.events.push(planned);
      continue;
    }
    const tried = attempt(current, delivery, event);
    if ('thrown' in tried && delivery.kind === 'client') {
      if (plan.events.length === 0) plan.poison = toError(tried.thrown);
      break;
    }
    plan.events.push(planned);
    if ('fence' in delivery) {
      position.fences.delete(delivery.fence);
      batch.added.delete(delivery.fence);
    } else if ('step' in tried && tried.step.ignored) continue;
    position.seq += 1;
    const by = byOf(delivery);
    if ('thrown' in tried) {
      plan.status = 'error';
      plan.error = toErrorRecord(tried.thrown);
      breakDown(position, { planned, event: tried.event, by, error: plan.error });
      break;
    }
    take(current, { planned, batch, step: tried.step, event: tried.event, by });
    const { status, error } = tried.step.snapshot;
    plan.status = status;
    plan.error = status === 'error' ? toErrorRecord(error) : undefined;
    if (status !== 'active') break;
  }
  return plan;
}
