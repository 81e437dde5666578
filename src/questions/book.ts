import type { Redis } from 'ioredis';
import { z } from 'zod';

/** What the book keeps of a question: where it can be found again. The question itself is its actor. */
export interface BookEntry {
  id: string;
  askedAtMs: number;
  twinKey: string;
  /** how long the twin may be of use: its deadline and the time an answer is served again */
  usefulMs: number;
  change?: string;
  thread?: string;
}

/** Which questions to walk through, newest first. */
export type BookIndex = 'all' | 'open' | { change: string } | { thread: string };

/**
 * Puts a question into the row of its twins, at the end, once, and answers who stands before it.
 * KEYS[1] row of twins (sorted set) · KEYS[2] counter · ARGV[1] question · ARGV[2] useful for, ms
 * Reply: ids before it, oldest first.
 * Invariant: the row has one order for every reader, and a question always stands in it when it looks.
 */
const joinTwins = `
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  redis.call('ZADD', KEYS[1], redis.call('INCR', KEYS[2]), ARGV[1])
end
local useful = tonumber(ARGV[2])
if redis.call('PTTL', KEYS[1]) < useful then redis.call('PEXPIRE', KEYS[1], useful) end
local rank = redis.call('ZRANK', KEYS[1], ARGV[1])
if rank == 0 then return {} end
return redis.call('ZRANGE', KEYS[1], 0, rank - 1)
`;

/**
 * The book of questions: indexes in Redis, all under one hash tag. It holds no state of a question, so nothing in it can
 * disagree with the question's actor; the `open` index may name ended ones until somebody looks and strikes them out.
 */
export class QuestionBook {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, ns: string) {
    this.#redis = redis;
    this.#prefix = `${ns}:{questions}`;
  }

  /** Writes a question down. Doing it again changes nothing. */
  async record(entry: BookEntry): Promise<void> {
    const { id, askedAtMs, change, thread } = entry;
    const pipeline = this.#redis.multi().zadd(this.#key('all'), 'NX', askedAtMs, id);
    pipeline.zadd(this.#key('open'), 'NX', askedAtMs, id);
    if (change !== undefined) pipeline.zadd(this.#key({ change }), 'NX', askedAtMs, id);
    if (thread !== undefined) {
      pipeline.zadd(this.#key({ thread }), 'NX', askedAtMs, id);
      pipeline.zadd(this.#threads, 'GT', askedAtMs, thread);
    }
    await pipeline.exec();
  }

  /** The twins that asked before this question, oldest first. */
  async twinsBefore(entry: Pick<BookEntry, 'id' | 'twinKey' | 'usefulMs'>): Promise<string[]> {
    const [row, counter] = [this.#twins(entry.twinKey), `${this.#prefix}:turns`];
    const reply: unknown = await this.#redis.eval(joinTwins, 2, row, counter, entry.id, entry.usefulMs);
    return z.array(z.string()).parse(reply);
  }

  /** Takes a twin out of its row: its answer serves nobody any more. */
  async forgetTwin(key: string, id: string): Promise<void> {
    await this.#redis.zrem(this.#twins(key), id);
  }

  /** Strikes an ended question out of the open ones. */
  async close(id: string): Promise<void> {
    await this.#redis.zrem(this.#key('open'), id);
  }

  /** Takes a question out of its change: another one stands there in its words. */
  async leaveChange(id: string, change: string): Promise<void> {
    await this.#redis.zrem(this.#key({ change }), id);
  }

  /** Walks through an index, newest first, from after `cursor` on, a batch at a time. */
  async *walk(index: BookIndex, cursor?: string): AsyncGenerator<{ id: string; cursor: string }[]> {
    const batch = 200;
    let after = parseCursor(cursor);
    for (;;) {
      const max = after === undefined ? '+inf' : String(after.score);
      const seen = after === undefined ? 0 : await this.#countSince(index, after);
      const key = this.#key(index);
      const entries = pairs(
        await this.#redis.zrange(key, max, '-inf', 'BYSCORE', 'REV', 'LIMIT', seen, batch, 'WITHSCORES'),
      ).map(({ id, score }) => ({ id, score, cursor: `${score}:${id}` }));
      if (entries.length > 0) yield entries;
      after = entries.at(-1);
      if (entries.length < batch || after === undefined) return;
    }
  }

  /** Threads with how many questions each has, last used first. */
  async threads(limit: number): Promise<{ id: string; questions: number; lastAtMs: number }[]> {
    const reply = await this.#redis.zrange(this.#threads, 0, String(limit - 1), 'REV', 'WITHSCORES');
    const counted = pairs(reply).map(async ({ id, score }) => ({
      id,
      questions: await this.#redis.zcard(this.#key({ thread: id })),
      lastAtMs: score,
    }));
    return await Promise.all(counted);
  }

  /** How many of the entries with the cursor's own score come at or before it, in the order of the walk. */
  async #countSince(index: BookIndex, after: { score: number; id: string }): Promise<number> {
    const same = await this.#redis.zrange(this.#key(index), after.score, String(after.score), 'BYSCORE');
    return same.filter((id) => id >= after.id).length;
  }

  #key(index: BookIndex): string {
    if (typeof index === 'string') return `${this.#prefix}:${index}`;
    return 'change' in index
      ? `${this.#prefix}:change:${index.change}`
      : `${this.#prefix}:thread:${index.thread}`;
  }

  get #threads(): string {
    return `${this.#prefix}:threads`;
  }

  #twins(key: string): string {
    return `${this.#prefix}:twins:${key}`;
  }
}

function parseCursor(cursor: string | undefined): { score: number; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const colon = cursor.indexOf(':');
  const score = Number(cursor.slice(0, colon));
  return colon > 0 && Number.isFinite(score) ? { score, id: cursor.slice(colon + 1) } : undefined;
}

/** Members with their scores, as both protocols of Redis tell them. */
function pairs(reply: unknown): { id: string; score: number }[] {
  const flat = z.array(z.unknown()).parse(reply).flat();
  return flat.flatMap((id, at) => (at % 2 === 0 ? [{ id: String(id), score: Number(flat[at + 1]) }] : []));
}
