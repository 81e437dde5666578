import type { ActorClient, ActorRuntime } from '../actors/index.ts';

/**
 * The services know the runtime, and the runtime's effects know the services: this stands for it until it is built. Using
 * it before that is a mistake of the composition, and says so.
 */
export class LateRuntime {
  #runtime: ActorRuntime | undefined;

  set(runtime: ActorRuntime): void {
    this.#runtime = runtime;
  }

  get(): ActorRuntime {
    if (this.#runtime === undefined) throw new Error('the runtime is used before it is built');
    return this.#runtime;
  }

  /** What services are given. */
  readonly actors: ActorClient = {
    start: (...args) => this.get().start(...args),
    send: (...args) => this.get().send(...args),
    get: (id) => this.get().get(id),
    snapshot: (machine, id) => this.get().snapshot(machine, id),
    list: (options) => this.get().list(options),
    waitFor: (...args) => this.get().waitFor(...args),
  };
}
