import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  createActor,
  type EventObject,
  fromPromise,
  initialTransition,
  transition,
} from 'xstate';
import { getAdjacencyMap } from 'xstate/graph';
import { doneEvent, errorEvent, type ReportEvent, valueText } from '../../src/actors/interpret.ts';

export type Transition = NonNullable<AnyStateNode['always']>[number];

export const done = (invoke: string, output: unknown): ReportEvent => doneEvent(invoke, output);
export const failed = (invoke: string, why = 'it broke'): ReportEvent => errorEvent(invoke, new Error(why));
export const timer = (delay: string, state: string): EventObject => ({
  type: `xstate.after.${delay}.${state}`,
});

export function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

export function transitionsOf(machine: AnyStateMachine): Transition[] {
  return nodesOf(machine.root).flatMap((node) => [
    ...[...node.transitions.values()].flat(),
    ...(node.always ?? []),
  ]);
}

/** Where in the configuration a transition stands: `change.settled MODEL.UP → change.analysing`. */
export function placeOf(one: Transition): string {
  const targets = (one.target ?? []).map(({ id }) => id).join(',');
  const guard = typeof one.guard === 'string' ? ` [${one.guard}]` : one.guard === undefined ? '' : ' [guard]';
  return `${one.source.id} ${one.eventType === '' ? 'always' : one.eventType}${guard} → ${targets || 'stays'}`;
}

/** The machine as nobody works for it: what is invoked never ends by itself. */
function inert<Machine extends AnyStateMachine>(machine: Machine): AnyStateMachine {
  const never = fromPromise(() => new Promise(() => {}));
  const sources = Object.keys(machine.implementations.actors);
  return machine.provide({ actors: Object.fromEntries(sources.map((source) => [source, never])) });
}

export interface Exploration {
  /** top states that some path reaches */
  states: string[];
  /** places of the configuration that no path takes */
  untaken: string[];
}

/**
 * Walks every path that these events open, states being the same when their value and `facets` are, and notes each
 * transition that a live actor takes on the way.
 */
export function explore(
  machine: AnyStateMachine,
  o: { input: unknown; events: EventObject[]; facets(context: AnyMachineSnapshot['context']): unknown },
): Exploration {
  const logic = inert(machine);
  const vertices = Object.values(
    getAdjacencyMap(logic, {
      input: o.input,
      events: o.events,
      serializeState: (state: AnyMachineSnapshot) => JSON.stringify([state.value, o.facets(state.context)]),
      limit: 50_000,
    }),
  );
  const taken = new Set<unknown>();
  for (const { state } of vertices.filter(({ state: { status } }) => status === 'active')) {
    for (const event of o.events) {
      const actor = createActor(logic, {
        snapshot: logic.getPersistedSnapshot(state),
        inspect: (told) => {
          if (told.type !== '@xstate.microstep') return;
          for (const one of told._transitions) taken.add(one);
        },
      });
      actor.subscribe({ error: () => {} });
      actor.start();
      actor.send(event);
      actor.stop();
    }
  }
  const states = vertices.map(({ state }) => valueText(state.value).split('.')[0] ?? '');
  return {
    states: [...new Set(states)].sort(),
    untaken: transitionsOf(logic)
      .filter((one) => !taken.has(one))
      .map(placeOf),
  };
}

export interface Walk<Machine extends AnyStateMachine> {
  snapshot: ReturnType<Machine['getInitialSnapshot']>;
  state: string;
  /** `stop writeFile`, `UPDATE.CHANGED → change/x`: what the last event wanted, without timers */
  wants: string[];
  /** of the timers that the last event armed */
  delaysMs: number[];
}

interface Action {
  type: string;
  params: unknown;
}

function wantOf({ type, params }: Action): string[] {
  if (params === null || typeof params !== 'object') return [];
  if (type === 'xstate.spawnChild' && 'id' in params) return [`start ${String(params.id)}`];
  if (type === 'xstate.stopChild' && 'id' in params) return [`stop ${String(params.id)}`];
  if (type !== 'xstate.sendTo' || !('to' in params) || !('event' in params)) return [];
  const { to, event } = params;
  const id = to !== null && typeof to === 'object' && 'id' in to ? String(to.id) : '';
  const name = event !== null && typeof event === 'object' && 'type' in event ? String(event.type) : '';
  const state =
    event !== null && typeof event === 'object' && 'state' in event ? ` ${String(event.state)}` : '';
  return [`${name}${state} → ${id}`];
}

function delayOf({ type, params }: Action): number[] {
  if (type !== 'xstate.raise' || params === null || typeof params !== 'object') return [];
  return 'delay' in params && typeof params.delay === 'number' ? [params.delay] : [];
}

/** Runs a machine through events, purely, as the runtime does. */
export function walk<Machine extends AnyStateMachine>(
  machine: Machine,
  input: unknown,
  events: readonly EventObject[],
): Walk<Machine> {
  const logic: AnyStateMachine = machine;
  let [snapshot, actions]: [AnyMachineSnapshot, Action[]] = initialTransition(logic, input);
  for (const event of events) {
    // The pure function would go on with what has ended; the runtime does not.
    [snapshot, actions] = snapshot.status === 'active' ? transition(logic, snapshot, event) : [snapshot, []];
  }
  return {
    // The one cast: XState's types cannot say that a machine's own snapshot is its snapshot.
    snapshot: snapshot as Walk<Machine>['snapshot'],
    state: valueText(snapshot.value),
    wants: actions.flatMap(wantOf),
    delaysMs: actions.flatMap(delayOf),
  };
}
