import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import type { Chart, ChartEdge, ChartState, Trigger } from './chart.ts';
import { actionNames, guardText } from './names.ts';

const DONE = 'xstate.done.actor.';
const ERROR = 'xstate.error.actor.';
const COMPLETE = 'xstate.done.state.';

/** Reads a machine by a walk over its states. Nothing is run: no context is made, no guard is asked. */
export function readMachine(machine: AnyStateMachine): Chart {
  const edges = edgesWithin(machine.root, machine);
  const events = edges.flatMap(({ trigger }) => (trigger.kind === 'event' ? [trigger.event] : []));
  return {
    id: machine.id,
    version: machine.version ?? '',
    root: readState(machine.root),
    edges,
    events: [...new Set(events)].sort(),
  };
}

function pathOf(node: AnyStateNode): string {
  return node.path.join('.');
}

function childrenOf(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states);
}

function readState(node: AnyStateNode): ChartState {
  const [initial] = node.type === 'compound' ? (node.initial.target ?? []) : [];
  return {
    path: pathOf(node),
    name: node.key,
    kind: node.type,
    history: node.type !== 'history' ? undefined : node.history === 'deep' ? 'deep' : 'shallow',
    initial: initial === undefined ? undefined : pathOf(initial),
    description: node.description,
    entry: actionNames(node.entry.filter((action) => !isTimer(action))),
    exit: actionNames(node.exit.filter((action) => !isTimer(action))),
    invokes: node.invoke.map(({ id, src }) => ({ id, src: typeof src === 'string' ? src : id })),
    states: childrenOf(node).map(readState),
  };
}

/** XState writes `after` as actions that raise and cancel; an edge shows it already. */
function isTimer(action: unknown): boolean {
  if (typeof action !== 'function') return false;
  const { event, sendId } = Object(action);
  const type: unknown = Object(event).type ?? sendId;
  return typeof type === 'string' && type.startsWith('xstate.after.');
}

function edgesWithin(node: AnyStateNode, machine: AnyStateMachine): ChartEdge[] {
  const groups = [...node.transitions.values(), node.always ?? []];
  const own = groups.flatMap((group) => edgesOf(node, group, machine));
  return [...own, ...childrenOf(node).flatMap((child) => edgesWithin(child, machine))];
}

/** The transitions of one event, in the order in which they are tried. */
function edgesOf(
  node: AnyStateNode,
  group: readonly AnyTransitionDefinition[],
  machine: AnyStateMachine,
): ChartEdge[] {
  return group.flatMap((transition, index): ChartEdge[] => {
    const otherwise = index > 0 ? 'else' : undefined;
    const edge = {
      from: pathOf(node),
      trigger: triggerOf(node, transition.eventType, machine),
      guard: transition.guard === undefined ? otherwise : guardText(transition.guard),
      actions: actionNames(transition.actions),
      reenter: transition.reenter,
    };
    const targets = transition.target ?? [];
    if (targets.length === 0) return [{ ...edge, to: undefined }];
    return targets.map((target) => ({ ...edge, to: pathOf(target) }));
  });
}

function triggerOf(node: AnyStateNode, event: string, machine: AnyStateMachine): Trigger {
  if (event === '') return { kind: 'always' };
  if (event.startsWith(DONE)) return { kind: 'done', invoke: event.slice(DONE.length) };
  if (event.startsWith(ERROR)) return { kind: 'error', invoke: event.slice(ERROR.length) };
  if (event.startsWith(COMPLETE)) return { kind: 'complete' };
  const timer = node.after.find(({ eventType }) => eventType === event);
  if (timer === undefined) return { kind: 'event', event };
  if (typeof timer.delay === 'number') return { kind: 'after', delay: '', ms: timer.delay };
  const delay = String(timer.delay);
  const named: unknown = machine.implementations.delays[delay];
  return { kind: 'after', delay, ms: typeof named === 'number' ? named : undefined };
}
