import { type AnyActorRef, createActor, fromPromise, fromTransition } from 'xstate';

/**
 * Declares work that a machine asks for, by its shapes alone. Who runs the machine says how the work is done: the
 * durable runtime registers an effect under the same name, a test gives one through `machine.provide`.
 */
export function effect<Output, Input>() {
  return fromPromise<Output, Input>(() =>
    Promise.reject(new Error('this effect is declared only: register it with the runtime or provide it')),
  );
}

const elsewhere = fromTransition((state: null) => state, null);

/**
 * An address for `sendTo`: another durable actor, by its id. It is inert: nothing is delivered in memory, the runtime
 * reads the id from the action and carries the event.
 */
export function actorAt(id: string): AnyActorRef {
  return createActor(elsewhere, { id });
}
