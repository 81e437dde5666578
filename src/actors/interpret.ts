import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventObject,
  initialTransition,
  transition,
} from 'xstate';
import { z } from 'zod';
import { toErrorRecord } from '../errors.ts';
import { assertJson } from './json-only.ts';

/**
 * The pure half of the runtime: what an event makes of a snapshot, and what the machine wants done. Nothing here knows
 * Redis, clocks or chance (invariant 8).
 */

/** What a transition wants, in order. Ids are the machine's own; a delayed event without one cannot be cancelled. */
export type Wish =
  | { kind: 'spawn'; id: string; src: string; input: unknown }
  | { kind: 'stop'; id: string }
  | { kind: 'arm'; id: string | undefined; event: EventObject; delayMs: number; to?: string | undefined }
  | { kind: 'cancel'; id: string }
  | { kind: 'send'; to: string; event: EventObject }
  | { kind: 'emit'; event: EventObject };

export interface Step {
  snapshot: AnyMachineSnapshot;
  wishes: Wish[];
  /** the machine took no notice: same snapshot, nothing wanted */
  ignored: boolean;
}

const eventShape = z.looseObject({ type: z.string() });
const spawnShape = z.object({ id: z.string(), src: z.string(), input: z.unknown().optional() });
const idShape = z.object({ id: z.string() });
const raiseShape = z.object({ event: eventShape, id: z.string().optional(), delay: z.number().optional() });
const cancelShape = z.object({ sendId: z.string() });
const sendShape = raiseShape.extend({ to: z.object({ id: z.string(), sessionId: z.string() }) });
const emitShape = z.object({ event: eventShape });

interface ExecutableAction {
  type: string;
  params: unknown;
}

function wishOf(action: ExecutableAction): Wish | undefined {
  switch (action.type) {
    case 'xstate.spawnChild': {
      const { id, src, input } = spawnShape.parse(action.params);
      return { kind: 'spawn', id, src, input };
    }
    case 'xstate.stopChild': {
      // Without params the child was not in the snapshot: it has been stopped before.
      const child = idShape.safeParse(action.params);
      return child.success ? { kind: 'stop', id: child.data.id } : undefined;
    }
    case 'xstate.raise': {
      const { event, id, delay } = raiseShape.parse(action.params);
      // Without delay it was taken inside the macrostep already, though it is still listed.
      return delay === undefined ? undefined : { kind: 'arm', id, event, delayMs: delay };
    }
    case 'xstate.cancel':
      return { kind: 'cancel', id: cancelShape.parse(action.params).sendId };
    case 'xstate.sendTo': {
      const { event, id, delay, to } = sendShape.parse(action.params);
      if (delay === undefined) return { kind: 'send', to: to.id, event };
      return { kind: 'arm', id, event, delayMs: delay, to: to.id };
    }
    case 'xstate.emit':
      return { kind: 'emit', event: emitShape.parse(action.params).event };
    case 'xstate.log':
      return undefined;
    default:
      throw new TypeError(`the action ${action.type} cannot be made durable`);
  }
}

function wishesOf(actions: readonly ExecutableAction[]): Wish[] {
  return actions.map(wishOf).filter((wish) => wish !== undefined);
}

/** Everything that goes into Redis comes back as it went, and nothing is wanted that would be lost. Throws otherwise. */
function assertDurable(step: Step, before: AnyMachineSnapshot | undefined): void {
  const { snapshot, wishes } = step;
  const spawned = new Set(wishes.map((wish) => (wish.kind === 'spawn' ? wish.id : undefined)));
  for (const [id, child] of Object.entries(snapshot.children)) {
    const isNew = child !== undefined && before?.children[id] === undefined;
    if (isNew && !spawned.has(id))
      throw new TypeError(`child "${id}" was spawned inside assign: use invoke or spawnChild`);
  }
  if (snapshot.context !== before?.context) assertJson(snapshot.context, 'context');
  assertJson(snapshot.output, 'output');
  for (const wish of wishes) {
    if (wish.kind === 'spawn') assertJson(wish.input, `the input of "${wish.id}"`);
    else if (wish.kind === 'send' || wish.kind === 'arm') assertJson(wish.event, `event ${wish.event.type}`);
  }
}

/** The first snapshot of an actor. Throws what the machine throws. */
export function firstStep(machine: AnyStateMachine, input: unknown): Step {
  assertJson(input, 'input');
  const [snapshot, actions] = initialTransition(machine, input);
  const step: Step = { snapshot, wishes: wishesOf(actions), ignored: false };
  assertDurable(step, undefined);
  return step;
}

/** One macrostep. Throws what a guard or an assign throws, and where the outcome would not outlive a process. */
export function nextStep(machine: AnyStateMachine, snapshot: AnyMachineSnapshot, event: EventObject): Step {
  const [next, actions] = transition(machine, snapshot, event);
  const ignored = next === snapshot && actions.length === 0;
  const step: Step = { snapshot: next, wishes: wishesOf(actions), ignored };
  if (!ignored) assertDurable(step, snapshot);
  return step;
}

/** How an invoke's end reaches the machine: XState's own event types. */
export interface ReportEvent extends EventObject {
  actorId: string;
  output?: unknown;
  error?: unknown;
}

/** The event by which an invoke reports its output. */
export function doneEvent(invokeId: string, output: unknown): ReportEvent {
  return { type: `xstate.done.actor.${invokeId}`, output, actorId: invokeId };
}

/** The event by which an invoke reports that it failed for good. */
export function errorEvent(invokeId: string, thrown: unknown): ReportEvent {
  return { type: `xstate.error.actor.${invokeId}`, error: toErrorRecord(thrown), actorId: invokeId };
}

/** A state's value as text: `matching.searching`, regions of a parallel state joined by `|`. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || typeof value !== 'object') return '';
  return Object.entries(value)
    .map(([key, inner]) => {
      const rest = valueText(inner);
      return rest === '' ? key : `${key}.${rest}`;
    })
    .join('|');
}
