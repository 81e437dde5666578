import type { Redis } from 'ioredis';
import { z } from 'zod';

/** One thing that happened, as the feed keeps it. `id` orders and resumes. */
export interface FeedEntry {
  id: string;
  at: string;
  type: string;
  actor: string;
  machine: string;
  from: string;
  to: string;
}

const fieldsSchema = z.object({
  at: z.string(),
  type: z.string(),
  actor: z.string(),
  machine: z.string(),
  from: z.string(),
  to: z.string(),
});
const replySchema = z
  .array(z.tuple([z.string(), z.array(z.tuple([z.string(), z.array(z.string())]))]))
  .nullable();

const keptEntries = 10_000;
const blockMs = 5_000;

function entryOf(id: string, flat: readonly string[]): FeedEntry {
  const fields: Record<string, string> = {};
  for (let at = 0; at + 1 < flat.length; at += 2) fields[flat[at] ?? ''] = flat[at + 1] ?? '';
  return { id, ...fieldsSchema.parse(fields) };
}

/**
 * The event feed: a Redis stream of the last ten thousand transitions of all processes. A reader resumes by the id that
 * it saw last; what matters stands in the actors' histories, the feed only tells of it.
 */
export class EventFeed {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #connect: () => Redis;

  /** @param options.connect gives a connection of its own to each reader: a blocked read holds it */
  constructor(options: { redis: Redis; ns: string; connect: () => Redis }) {
    this.#redis = options.redis;
    this.#key = `${options.ns}:feed`;
    this.#connect = options.connect;
  }

  async append(entry: Omit<FeedEntry, 'id'>): Promise<void> {
    await this.#redis.xadd(this.#key, 'MAXLEN', '~', keptEntries, '*', ...Object.entries(entry).flat());
  }

  /** Entries after `afterId` (exclusive; omitted: from now on) until the signal aborts. */
  async *read(options: { afterId?: string; signal: AbortSignal }): AsyncGenerator<FeedEntry> {
    const { signal } = options;
    const redis = this.#connect();
    const leave = () => redis.disconnect();
    signal.addEventListener('abort', leave, { once: true });
    try {
      let last = options.afterId ?? (await this.#newestId());
      while (!signal.aborted) {
        const reply = await redis
          .xread('COUNT', 500, 'BLOCK', blockMs, 'STREAMS', this.#key, last)
          .catch((error) => {
            if (signal.aborted) return null;
            throw error;
          });
        for (const [, entries] of replySchema.parse(reply) ?? []) {
          for (const [id, flat] of entries) {
            last = id;
            yield entryOf(id, flat);
          }
        }
      }
    } finally {
      signal.removeEventListener('abort', leave);
      redis.disconnect();
    }
  }

  async #newestId(): Promise<string> {
    const [newest] = await this.#redis.xrevrange(this.#key, '+', '-', 'COUNT', 1);
    return newest?.[0] ?? '0-0';
  }
}
