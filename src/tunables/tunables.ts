import { setInterval as every } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { ConflictError, UserError } from '../errors.ts';
import type { TunableValue } from './definition.ts';
import { assertAllowed, knownTunable, refused } from './refusal.ts';
import { type NumberTunableName, type TunableName, tunableNameSchema, tunables } from './registry.ts';
import { settingOf, type TunableChange, TunableStore, valueInForce } from './tunable-store.ts';

export interface TunablesOptions {
  redis: Redis;
  /** the prefix of every key */
  ns: string;
  /** configured values, over the registry's defaults: what a tuned value is chosen over */
  defaults?: Partial<Record<TunableName, TunableValue>>;
  /** SPECLOOP_PAUSE_IMPROVING is read from it at every set; default the process's own */
  environment?: Readonly<Record<string, string | undefined>>;
}

const offWords = ['', '0', 'false', 'no', 'off'];

/**
 * Opens the tunables with the values that are in force now.
 *
 * @example
 * const tunables = await openTunables({ redis, ns, defaults: { 'questions.cache_timeout_s': 7200 } });
 * const work = questionEffects({ …, get cacheTimeoutMs() { return tunables.numberNow('questions.cache_timeout_s') * 1000; } });
 */
export async function openTunables(options: TunablesOptions): Promise<Tunables> {
  const opened = new Tunables(options);
  await opened.refresh();
  return opened;
}

/** The values of what may be tuned: read by whoever honours them, set by improvements alone, each set remembered. */
export class Tunables {
  readonly #store: TunableStore;
  readonly #options: TunablesOptions;
  #seen = new Map<string, string>();

  constructor(options: TunablesOptions) {
    this.#options = options;
    this.#store = new TunableStore(options.redis, options.ns);
  }

  /** The configured value: what holds when nothing is tuned. */
  configured(name: TunableName): TunableValue {
    return this.#options.defaults?.[name] ?? tunables[name].default;
  }

  /** The value in force, as Redis has it. */
  async get(name: TunableName): Promise<TunableValue> {
    const raw = await this.#store.raw(name);
    this.#seen.set(name, raw);
    return valueInForce(raw, this.configured(name));
  }

  async all(): Promise<{ name: TunableName; value: TunableValue; configured: TunableValue }[]> {
    await this.refresh();
    return tunableNameSchema.options.map((name) => {
      const configured = this.configured(name);
      return { name, value: valueInForce(this.#seen.get(name) ?? '', configured), configured };
    });
  }

  /** The value as this process saw it last, for places that cannot wait: own sets at once, others' by `watch`. */
  numberNow(name: NumberTunableName): number {
    const configured = this.configured(name);
    const value = valueInForce(this.#seen.get(name) ?? '', configured);
    if (typeof value !== 'number') throw refused(name, `it is set to "${value}", which is no number`);
    return value;
  }

  async refresh(): Promise<void> {
    this.#seen = await this.#store.all();
  }

  /** Looks at what other processes set, until the signal aborts. */
  async watch(options: {
    everyMs: number;
    signal: AbortSignal;
    onProblem(error: unknown): void;
  }): Promise<void> {
    const { everyMs, signal, onProblem } = options;
    try {
      for await (const _ of every(everyMs, undefined, { signal, ref: false })) {
        await this.refresh().catch(onProblem);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /**
   * Takes one step.
   *
   * @param options.improvement the id of the improvement that wants it; `by` is who lets it
   * @throws UserError `tunable-refused` for what the registry does not allow, `improving-paused` while that is so
   * @throws ConflictError when somebody else set it in the meantime
   */
  async set(
    name: string,
    value: TunableValue,
    options: { improvement: string; by: string },
  ): Promise<TunableChange> {
    const { name: known } = knownTunable(name);
    await this.assertNotPaused();
    const seen = await this.#store.raw(known);
    const base = this.configured(known);
    const from = valueInForce(seen, base);
    assertAllowed(known, { from, to: value });
    const { improvement, by } = options;
    const entry = { at: await this.#now(), name: known, from, to: value, by, improvement };
    await this.#change({
      name: known,
      seen,
      setting: { value, base, improvement },
      entry,
      unlessPaused: true,
    });
    return entry;
  }

  /**
   * Takes back what an improvement set. Allowed while improving is paused: the way back is always open.
   *
   * @returns what was changed; nothing when none of it is in force any more
   * @throws ConflictError when a later improvement has built on it
   */
  async revert(improvement: string, options: { by: string }): Promise<TunableChange[]> {
    const history = await this.#store.history();
    const reverted: TunableChange[] = [];
    for (const name of tunableNameSchema.options) {
      const own = history.findLast((entry) => entry.name === name && entry.improvement === improvement);
      const seen = await this.#store.raw(name);
      const setting = settingOf(seen);
      if (own === undefined || own.reverts === true || setting === undefined) continue;
      if (setting.improvement !== improvement) {
        throw new ConflictError(`${name} was set again by ${setting.improvement} since ${improvement}`);
      }
      reverted.push(await this.#takeBack({ name, own, seen, history, by: options.by }));
    }
    return reverted;
  }

  async #takeBack(o: {
    name: TunableName;
    own: TunableChange;
    seen: string;
    history: TunableChange[];
    by: string;
  }): Promise<TunableChange> {
    const { name, own, seen, history, by } = o;
    const base = this.configured(name);
    // It may have built on an improvement that was kept: then that one's value is in force again.
    const earlier = history.slice(0, history.indexOf(own));
    const before = earlier.findLast((entry) => entry.name === name && entry.to === own.from);
    const setting =
      before === undefined || own.from === base
        ? undefined
        : { value: own.from, base, improvement: before.improvement };
    const [from, to] = [valueInForce(seen, base), setting?.value ?? base];
    const entry = { ...own, at: await this.#now(), from, to, by, reverts: true };
    await this.#change({ name, seen, setting, entry, unlessPaused: false });
    return entry;
  }

  async #change(change: Parameters<TunableStore['change']>[0]): Promise<void> {
    const reply = await this.#store.change(change);
    if (reply === 'paused') await this.assertNotPaused();
    if (reply !== 'set') throw new ConflictError(`${change.name} was set by somebody else just now`);
    this.#seen.set(change.name, change.setting === undefined ? '' : JSON.stringify(change.setting));
  }

  /** Every change, oldest first; of one tunable, or of all. */
  async history(name?: TunableName): Promise<TunableChange[]> {
    const all = await this.#store.history();
    return name === undefined ? all : all.filter((entry) => entry.name === name);
  }

  /** Why nothing may be tuned now; undefined when it may. The environment's word comes before Redis's. */
  async paused(): Promise<string | undefined> {
    const environment = this.#options.environment ?? process.env;
    const word = environment.SPECLOOP_PAUSE_IMPROVING?.toLowerCase() ?? '';
    if (!offWords.includes(word)) return 'SPECLOOP_PAUSE_IMPROVING is set';
    return this.#store.paused();
  }

  /** @throws UserError `improving-paused` */
  async assertNotPaused(): Promise<void> {
    const why = await this.paused();
    if (why === undefined) return;
    throw new UserError('improving is paused', {
      why,
      next: 'specloop resume-improving, and unset SPECLOOP_PAUSE_IMPROVING',
      code: 'improving-paused',
    });
  }

  /** The kill switch: from now on nothing is tuned, in any process. */
  async pauseImproving(by = 'person'): Promise<void> {
    await this.#store.pause(`paused by ${by} at ${await this.#now()}`);
  }

  resumeImproving(): Promise<void> {
    return this.#store.resume();
  }

  async #now(): Promise<string> {
    return new Date(await this.#store.nowMs()).toISOString();
  }
}
