import type { Redis } from 'ioredis';
import { z } from 'zod';
import { ConflictError } from '../errors.ts';
import type { TunableName } from '../tunables/index.ts';
import { type ImprovementRecord, type ImprovementState, improvementRecordSchema } from './improvement.ts';

/** An improvement with the text that it was read from, so that writing it back can see whether it has changed. */
export interface StoredImprovement {
  record: ImprovementRecord;
  raw: string;
}

/**
 * Writes a new improvement, unless one of the same tunable is under way.
 * KEYS  1 records (hash)  2 order (list)  3 under way, by tunable (hash)
 * ARGV  1 id  2 tunable  3 record (JSON)
 * Reply the id under way: ARGV[1] when it was written
 */
const create = `
local standing = redis.call('HGET', KEYS[3], ARGV[2])
if standing then return standing end
redis.call('HSET', KEYS[3], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('RPUSH', KEYS[2], ARGV[1])
return ARGV[1]
`;

/**
 * Replaces an improvement by what became of it.
 * KEYS  1 records (hash)  2 under way, by tunable (hash)  3 on trial, by group (hash)
 * ARGV  1 id  2 record that was seen (JSON)  3 new record (JSON)  4 tunable  5 group
 *       6 'trial' when it is on trial from now on, 'ended' when it is over, else 'waiting'
 * Reply 'saved' | 'changed' | the id that is on trial in the group
 * Invariant: one improvement a tunable is under way, and one a group is on trial.
 */
const replace = `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 'changed' end
local trial = redis.call('HGET', KEYS[3], ARGV[5])
if ARGV[6] == 'trial' then
  if trial and trial ~= ARGV[1] then return trial end
  redis.call('HSET', KEYS[3], ARGV[5], ARGV[1])
elseif trial == ARGV[1] then
  redis.call('HDEL', KEYS[3], ARGV[5])
end
if ARGV[6] == 'ended' and redis.call('HGET', KEYS[2], ARGV[4]) == ARGV[1] then
  redis.call('HDEL', KEYS[2], ARGV[4])
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 'saved'
`;

const phases = {
  awaitingApproval: 'waiting',
  adopting: 'trial',
  probation: 'trial',
  kept: 'ended',
  rejected: 'ended',
  rolledBack: 'ended',
} satisfies Record<ImprovementState, 'waiting' | 'trial' | 'ended'>;

/** The improvements in Redis, oldest first; none is ever deleted. */
export class ImprovementStore {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, ns: string) {
    this.#redis = redis;
    this.#prefix = `${ns}:{improvements}`;
  }

  #keys(...names: string[]): string[] {
    return names.map((name) => `${this.#prefix}:${name}`);
  }

  /** The number of the next improvement of a tunable; one that is not used is missing in the row. */
  nextNumber(tunable: TunableName): Promise<number> {
    return this.#redis.hincrby(`${this.#prefix}:numbers`, tunable, 1);
  }

  /** The improvement of this tunable that is under way, if there is one. */
  async underWay(tunable: TunableName): Promise<string | undefined> {
    return (await this.#redis.hget(`${this.#prefix}:under-way`, tunable)) ?? undefined;
  }

  /** @returns false when another one of the same tunable came first */
  async create(record: ImprovementRecord, tunable: TunableName): Promise<boolean> {
    const keys = this.#keys('records', 'order', 'under-way');
    const args = [record.id, tunable, JSON.stringify(record)];
    const reply: unknown = await this.#redis.eval(create, keys.length, ...keys, ...args);
    return reply === record.id;
  }

  async get(id: string): Promise<StoredImprovement | undefined> {
    const raw = await this.#redis.hget(`${this.#prefix}:records`, id);
    return raw === null ? undefined : { raw, record: improvementRecordSchema.parse(JSON.parse(raw)) };
  }

  /** @throws ConflictError when somebody else wrote it since it was read, or the group has another one on trial */
  async replace(
    seen: StoredImprovement,
    record: ImprovementRecord,
    o: { tunable: TunableName; group: string },
  ): Promise<StoredImprovement> {
    const keys = this.#keys('records', 'under-way', 'trials');
    const raw = JSON.stringify(record);
    const args = [record.id, seen.raw, raw, o.tunable, o.group, phases[record.state]];
    const reply = z.string().parse(await this.#redis.eval(replace, keys.length, ...keys, ...args));
    if (reply === 'saved') return { record, raw };
    if (reply === 'changed') throw new ConflictError(`${record.id} was changed by somebody else just now`);
    throw new ConflictError(`${reply} is on trial, and acts on the same outcome: ${record.id} waits for it`);
  }

  /** Redis's clock, ms since the epoch: the one by which the histories of actors are stamped too. */
  async nowMs(): Promise<number> {
    const [seconds, microseconds] = await this.#redis.time();
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  }

  async all(): Promise<StoredImprovement[]> {
    const ids = await this.#redis.lrange(`${this.#prefix}:order`, 0, -1);
    const stored = await Promise.all(ids.map((id) => this.get(id)));
    return stored.filter((one) => one !== undefined);
  }
}
