import type { EventObject } from 'xstate';
import type { CommitEvent } from './store.ts';

/** Something that is brought to an actor. */
export type Delivery =
  | { kind: 'client'; event: EventObject; key: string | undefined; keyAtMs: number }
  | { kind: 'report'; fence: string; outcome: 'done' | 'error'; value: unknown }
  | { kind: 'timer'; fence: string }
  | { kind: 'peer'; from: string; number: number; event: EventObject };

/** Only the runtime says these: an event of such a type from elsewhere would pass for a fenced result. */
const ownPrefix = 'xstate.';

export function isReserved(event: EventObject): boolean {
  return event.type.startsWith(ownPrefix);
}

/** Who brought it, for the history. */
export function byOf(delivery: Delivery): string {
  if (delivery.kind === 'client') return delivery.key === undefined ? 'client' : `client ${delivery.key}`;
  return delivery.kind === 'peer' ? delivery.from : delivery.fence;
}

/** How the commit script knows it again. */
export function identityOf(delivery: Delivery): CommitEvent {
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
