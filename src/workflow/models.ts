import type { Redis } from 'ioredis';
import { RetryableError } from '../errors.ts';
import type { LmHealth, LmStudio } from '../lmstudio/index.ts';
import { monitorHealth } from '../lmstudio/index.ts';
import { Mistrust } from './mistrust.ts';

/** Whether a model may be used now, and if not, why: in words for `status`. */
export type ModelState = { usable: true; model: string } | { usable: false; why: string };

function stateOf(health: LmHealth): ModelState {
  return health.state === 'ready'
    ? { usable: true, model: health.model }
    : { usable: false, why: `${health.state}: ${health.why}` };
}

/** The door to all model use: the health of LM Studio, and the person's pause, which every process honours. */
export class Models {
  readonly lm: LmStudio;
  readonly #redis: Redis;
  readonly #pausedKey: string;
  readonly #mistrust = new Mistrust();
  #last: ModelState = { usable: false, why: 'not asked yet' };

  constructor(options: { lm: LmStudio; redis: Redis; ns: string }) {
    this.lm = options.lm;
    this.#redis = options.redis;
    this.#pausedKey = `${options.ns}:models-paused`;
  }

  /** The state as the last look found it; looks cost a request. */
  get last(): ModelState {
    return this.#last;
  }

  async paused(): Promise<boolean> {
    return (await this.#redis.exists(this.#pausedKey)) === 1;
  }

  async pause(): Promise<void> {
    await this.#redis.set(this.#pausedKey, new Date().toISOString());
  }

  async resume(): Promise<void> {
    await this.#redis.del(this.#pausedKey);
  }

  async state(signal?: AbortSignal): Promise<ModelState> {
    if (await this.paused()) return { usable: false, why: 'paused by a person: specloop resume' };
    this.#last = stateOf(await this.lm.health(signal));
    if (!this.#last.usable) this.#mistrust.missing(this.#last.why);
    return this.#last;
  }

  /** Work that a model does. A model that goes away under it is told again when it can be used, however soon that is. */
  async use<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      const result = await work();
      this.#mistrust.succeeded();
      return result;
    } catch (thrown) {
      if (thrown instanceof RetryableError) this.#mistrust.failed(thrown.message);
      throw thrown;
    }
  }

  /** Tells each time a model becomes usable. */
  watch(options: {
    everyMs: number;
    onUp(model: string): void;
    onProblem(error: unknown): void;
    signal: AbortSignal;
  }): void {
    const health = async (signal?: AbortSignal): Promise<LmHealth> => {
      const why = this.#mistrust.look();
      return why === undefined ? this.lm.health(signal) : { state: 'down', why };
    };
    const watched = monitorHealth(
      { health },
      {
        everyMs: options.everyMs,
        signal: options.signal,
        onChange: (found) => {
          this.#last = stateOf(found);
          if (this.#last.usable) options.onUp(this.#last.model);
        },
      },
    );
    watched.catch(options.onProblem);
  }
}
