import type { Redis } from 'ioredis';
import type { LmHealth, LmStudio } from '../lmstudio/index.ts';
import { monitorHealth } from '../lmstudio/index.ts';

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
    return this.#last;
  }

  /** Tells each time a model becomes usable. */
  watch(options: {
    everyMs: number;
    onUp(model: string): void;
    onProblem(error: unknown): void;
    signal: AbortSignal;
  }): void {
    const watched = monitorHealth(this.lm, {
      everyMs: options.everyMs,
      signal: options.signal,
      onChange: (health) => {
        this.#last = stateOf(health);
        if (this.#last.usable) options.onUp(this.#last.model);
      },
    });
    watched.catch(options.onProblem);
  }
}
