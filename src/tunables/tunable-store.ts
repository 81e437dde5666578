import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { TunableValue } from './definition.ts';

const valueSchema = z.union([z.number(), z.string()]);

/** A value in force beside the configured one. `base` is the configured value that it was chosen over. */
const settingSchema = z.object({ value: valueSchema, base: valueSchema, improvement: z.string() });
export type TunableSetting = z.infer<typeof settingSchema>;

/** One change of a tunable, as its history keeps it. `at` is ISO 8601. */
export const tunableChangeSchema = z.object({
  at: z.string(),
  name: z.string(),
  from: valueSchema,
  to: valueSchema,
  by: z.string(),
  improvement: z.string(),
  /** true when it takes that improvement back */
  reverts: z.boolean().optional(),
});
export type TunableChange = z.infer<typeof tunableChangeSchema>;

/**
 * Puts a value in force, or takes it away, with its line of history.
 * KEYS  1 values (hash)  2 history (list)  3 pause switch
 * ARGV  1 name  2 setting that was seen (JSON, '' for none)  3 new setting (JSON, '' for none)  4 history entry (JSON)
 *       5 '1' when the pause switch forbids it
 * Reply 'set' | 'paused' | 'changed'
 * Invariant: the switch is looked at, the value compared and both written in one step; no value without its history.
 */
const change = `
if ARGV[5] == '1' and redis.call('EXISTS', KEYS[3]) == 1 then return 'paused' end
local now = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if now ~= ARGV[2] then return 'changed' end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
redis.call('RPUSH', KEYS[2], ARGV[4])
return 'set'
`;
const changeReply = z.enum(['set', 'paused', 'changed']);

/** What Redis holds of tunables: values in force, their history and the switch, under one hash tag. */
export class TunableStore {
  readonly #redis: Redis;
  readonly #values: string;
  readonly #history: string;
  readonly #paused: string;

  constructor(redis: Redis, ns: string) {
    this.#redis = redis;
    this.#values = `${ns}:{tunables}:values`;
    this.#history = `${ns}:{tunables}:history`;
    this.#paused = `${ns}:{tunables}:paused`;
  }

  /** The settings as they are stored: raw text by name. */
  async all(): Promise<Map<string, string>> {
    return new Map(Object.entries(await this.#redis.hgetall(this.#values)));
  }

  async raw(name: string): Promise<string> {
    return (await this.#redis.hget(this.#values, name)) ?? '';
  }

  async change(o: {
    name: string;
    seen: string;
    setting: TunableSetting | undefined;
    entry: TunableChange;
    unlessPaused: boolean;
  }): Promise<z.infer<typeof changeReply>> {
    const keys = [this.#values, this.#history, this.#paused];
    const setting = o.setting === undefined ? '' : JSON.stringify(o.setting);
    const args = [o.name, o.seen, setting, JSON.stringify(o.entry), o.unlessPaused ? '1' : '0'];
    return changeReply.parse(await this.#redis.eval(change, keys.length, ...keys, ...args));
  }

  /** Every change ever made, oldest first. */
  async history(): Promise<TunableChange[]> {
    const stored = await this.#redis.lrange(this.#history, 0, -1);
    return stored.map((text) => tunableChangeSchema.parse(JSON.parse(text)));
  }

  /** Redis's clock, ms since the epoch: the one by which the histories of actors are stamped too. */
  async nowMs(): Promise<number> {
    const [seconds, microseconds] = await this.#redis.time();
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  }

  async pause(why: string): Promise<void> {
    await this.#redis.set(this.#paused, why);
  }

  async resume(): Promise<void> {
    await this.#redis.del(this.#paused);
  }

  /** Why it is paused; undefined when it is not. */
  async paused(): Promise<string | undefined> {
    return (await this.#redis.get(this.#paused)) ?? undefined;
  }
}

/** The setting that stands in a raw text of the store. */
export function settingOf(raw: string): TunableSetting | undefined {
  return raw === '' ? undefined : settingSchema.parse(JSON.parse(raw));
}

/** The value in force: the tuned one, unless the configured value it was chosen over has been changed since. */
export function valueInForce(raw: string, base: TunableValue): TunableValue {
  const setting = settingOf(raw);
  return setting === undefined || setting.base !== base ? base : setting.value;
}
