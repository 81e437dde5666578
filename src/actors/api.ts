import type { AnyStateMachine, SnapshotFrom } from 'xstate';

/** What an effect is told beside its input. */
export interface EffectContext {
  actor: string;
  /** `<actor>.<seq>.<index>.<nonce>`: the idempotency key of this piece of work, the same at every attempt */
  effectId: string;
  /** 1 for the first attempt */
  attempt: number;
  /** aborted when the actor no longer wants the result, or the process stops */
  signal: AbortSignal;
  /** for a revoke after the last attempt failed: throw it again when nothing was done */
  failure?: Error;
}

/** How one named piece of a machine's work is done. Runs at least once; one result is accepted. */
export interface EffectDefinition<Input, Output> {
  /** the BullMQ queue that carries it */
  queue: string;
  run(input: Input, context: EffectContext): Promise<Output>;
  /**
   * Given for an irreversible effect. Called instead of stopping it; answers what `run` did (its output), or makes sure
   * that no attempt will ever do it and answers that. The answer is the invoke's result.
   */
  revoke?(input: Input, context: EffectContext): Promise<Output>;
}

export interface ActorView {
  id: string;
  machine: string;
  version: string;
  seq: number;
  /** the state's value as text: `matching.searching` */
  state: string;
  status: 'active' | 'done' | 'error' | 'stopped' | 'stopping' | 'parked';
  /** ISO 8601, Redis's clock: when it entered this state */
  since: string;
  output?: unknown;
  error?: unknown;
}

/** `absent`: no such actor. `ended`: it listens no more. `duplicate`: this key was sent before; the first verdict counts. */
export type SendVerdict = 'applied' | 'ignored' | 'duplicate' | 'ended' | 'absent' | 'too-old';

export interface SendResult {
  verdict: SendVerdict;
  /** where the actor stands after it */
  state: string;
}

/** What services need of the runtime. */
export interface ActorClient {
  /** Creates the actor once: a second start with the same id changes nothing and says so. */
  start(machine: string, id: string, input: unknown): Promise<{ started: boolean }>;
  /** Delivers an event; with a `key`, however often it is sent, it counts once. */
  send(id: string, event: { type: string }, options?: { key?: string }): Promise<SendResult>;
  get(id: string): Promise<ActorView | undefined>;
  /** The snapshot, restored through the machine's own types; undefined for an unknown id or another machine's actor. */
  snapshot<Machine extends AnyStateMachine>(
    machine: Machine,
    id: string,
  ): Promise<{ view: ActorView; snapshot: SnapshotFrom<Machine> } | undefined>;
  /** Newest change first. */
  list(options: {
    machine?: string;
    limit?: number;
    cursor?: string;
  }): Promise<{ items: ActorView[]; cursor?: string }>;
  /** Resolves when `done` says so of a view, at a change of the actor; undefined when the time is up. */
  waitFor(
    id: string,
    done: (view: ActorView) => boolean,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<ActorView | undefined>;
}
