import type { EventObject, StateValue } from 'xstate';
import type { ActorView, HistoryEntry } from '../actors/index.ts';
import { actorOf, rootOf } from '../actors/keys.ts';
import { gallery, readStateText } from '../charts/index.ts';

/**
 * Stately's inspection protocol, as `@statelyai/inspect` 0.7 sends and receives it: one JSON object a message. They are
 * written here, from committed transitions: that package makes them from actors that live in memory, and loses the
 * parent and the root of those that it is only told of.
 *
 * Source: https://github.com/statelyai/inspect/blob/main/src/types.ts
 */
export type WireEvent = WireActor | WireTransitionEvent | WireSnapshot;

interface WireBase {
  /** the actor's id: ours live longer than any session */
  sessionId: string;
  /** the head of its family */
  rootId: string;
  /** milliseconds since the epoch, as text */
  createdAt: string;
  id: string;
  _version: string;
}

export interface WireActor extends WireBase {
  type: '@xstate.actor';
  name: string;
  parentId: string | undefined;
  /** the machine's configuration, JSON */
  definition: string | undefined;
  snapshot: WireState;
}

export interface WireTransitionEvent extends WireBase {
  type: '@xstate.event';
  event: EventObject;
  /** the actor that sent it; undefined for a client, a timer or work that was done */
  sourceId: string | undefined;
}

export interface WireSnapshot extends WireBase {
  type: '@xstate.snapshot';
  event: EventObject;
  snapshot: WireState;
}

/** A state without its context: the history keeps events, not what became of the context at each. */
export interface WireState {
  status: 'active' | 'done' | 'error' | 'stopped';
  value: StateValue | undefined;
  output?: unknown;
  error?: unknown;
}

/** The protocol's version that these are shaped after. */
const VERSION = '0.7.2';

function base(actor: string, at: { id: string; ms: number }): WireBase {
  return {
    sessionId: actor,
    rootId: rootOf(actor),
    createdAt: String(at.ms),
    id: at.id,
    _version: VERSION,
  };
}

/** An actor as it stands, or as it stood before its first entry that follows. */
export function wireActor(view: ActorView, options: { before?: HistoryEntry } = {}): WireActor {
  const { before } = options;
  return {
    ...base(view.id, { id: view.id, ms: before?.atMs ?? Date.parse(view.since) }),
    type: '@xstate.actor',
    name: view.id,
    parentId: actorOf(view.id) || undefined,
    definition: gallery().get(view.machine)?.definition,
    snapshot:
      before === undefined
        ? stateNow(view)
        : { status: 'active', value: stateValue(view.machine, before.from) },
  };
}

/** What an entry of the history is on the wire: the event that came, and the state that it led to. */
export function wireTransition(view: ActorView, entry: HistoryEntry): [WireTransitionEvent, WireSnapshot] {
  const { seq, atMs: ms, event, to, by } = entry;
  const common = base(view.id, { id: `${view.id}.${seq}`, ms });
  const isLast = seq === view.seq;
  return [
    { ...common, type: '@xstate.event', event, sourceId: sourceOf(by) },
    {
      ...common,
      type: '@xstate.snapshot',
      event,
      snapshot: isLast ? stateNow(view) : { status: 'active', value: stateValue(view.machine, to) },
    },
  ];
}

function stateNow({ machine, state, status, output, error }: ActorView): WireState {
  return {
    status: status === 'parked' || status === 'stopping' ? 'active' : status,
    value: stateValue(machine, state),
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
  };
}

function stateValue(machine: string, text: string): StateValue | undefined {
  const exhibit = gallery().get(machine);
  if (text === '') return undefined;
  // Another version's state is shown by its name rather than not at all.
  return (exhibit && readStateText(exhibit.chart.root, text)?.value) ?? text;
}

/** A history says who brought an event: an actor by its id, an effect by one that ends in its number, or a client. */
function sourceOf(by: string): string | undefined {
  const isOurs = by === 'start' || by === 'client' || by.startsWith('client ');
  const isWork = /~\d+\.\d+\.\w+$/.test(by);
  return isOurs || isWork ? undefined : by;
}
