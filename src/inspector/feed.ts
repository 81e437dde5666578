import type { ActorView, HistoryEntry } from '../actors/index.ts';
import { type WireEvent, wireActor, wireTransition } from './wire.ts';

/** Where the inspector's events come from: what is committed, never a live actor. */
export interface InspectorSource {
  /** the actors that changed last, newest first */
  recentActors(limit: number): Promise<ActorView[]>;
  actor(id: string): Promise<ActorView | undefined>;
  /** oldest first */
  history(id: string): Promise<HistoryEntry[]>;
  /** names the actor of every transition, of all processes, until the signal aborts */
  transitions(signal: AbortSignal): AsyncIterable<{ actor: string }>;
}

const MOST_ACTORS = 100;
/** of an actor that was not announced at first: the past that it comes with */
const MOST_PAST = 50;

/**
 * The actors that changed last as they stand, then every transition. The transitions' feed only says whose history to
 * look at; what is sent is the history from where it was left, so that nothing is missed and nothing is sent twice.
 */
export async function* inspectorFeed(
  source: InspectorSource,
  signal: AbortSignal,
): AsyncGenerator<WireEvent> {
  const sent = new Map<string, number>();
  const transitions = source.transitions(signal)[Symbol.asyncIterator]();
  // Asked for before the actors are listed: a transition in between is in the feed, or in the list, or in both.
  let next = transitions.next();
  next.catch(() => {});
  try {
    const recent = await source.recentActors(MOST_ACTORS);
    for (const view of recent.toReversed()) {
      sent.set(view.id, view.seq);
      yield wireActor(view);
    }
    for (let step = await next; step.done !== true && !signal.aborted; step = await next) {
      next = transitions.next();
      next.catch(() => {});
      yield* news(source, { actor: step.value.actor, sent });
    }
  } finally {
    // Not awaited: it ends behind the read that is under way, which the signal ends.
    transitions.return?.().catch(() => {});
  }
}

/** What an actor did since it was looked at. */
async function* news(
  source: InspectorSource,
  o: { actor: string; sent: Map<string, number> },
): AsyncGenerator<WireEvent> {
  const { actor, sent } = o;
  const known = sent.get(actor);
  const view = await source.actor(actor);
  if (view === undefined) return;
  const all = await source.history(actor);
  // A transition after the view was read: the feed will name it again, and it is sent then.
  const upToView = all.filter(({ seq }) => seq <= view.seq);
  const entries =
    known === undefined ? upToView.slice(-MOST_PAST) : upToView.filter(({ seq }) => seq > known);
  const [first] = entries;
  if (known === undefined) yield wireActor(view, first === undefined ? {} : { before: first });
  sent.set(actor, view.seq);
  for (const entry of entries) yield* wireTransition(view, entry);
}
