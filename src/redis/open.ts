import type { Redis } from 'ioredis';
import { UserError } from '../errors.ts';
import { checksOf, refuseUnusable } from './checks.ts';
import { createClient, parseRedisUrl, type RedisConnectionOptions, redactRedisUrl } from './connection.ts';
import { EmbeddedRedis } from './embedded.ts';
import { type RedisFacts, readFacts } from './facts.ts';
import type { RedisHandle } from './handle.ts';

export interface OpenRedisOptions {
  /** REDIS_URL: somebody's own Redis. Unset: an embedded one */
  url?: string;
  stateDir: string;
  cacheDir?: string;
  /** told what takes longer than a moment, and what happens to the embedded server later */
  onLine?: (line: string) => void;
  signal?: AbortSignal;
}

const LOADING_IS_SAID_AFTER_MS = 1_000;

/**
 * Opens the Redis that everything rests on: the one behind `url`, else an embedded one in the state folder (found on
 * PATH, in the cache, or fetched), else the embedded one that outlived its worker.
 *
 * @throws UserError: exit 3 when there is none, it refuses, is too old or would evict our data; exit 2 for a bad `url`
 * @example
 * const redis = await openRedis({ stateDir, onLine: console.error });
 * const queue = new Queue('analysis', { connection: redis.connection });
 */
export async function openRedis(options: OpenRedisOptions): Promise<RedisHandle> {
  return options.url === undefined ? openEmbedded(options) : openForeign(options.url, options.signal);
}

async function openEmbedded(options: OpenRedisOptions): Promise<RedisHandle> {
  const embedded = await EmbeddedRedis.open(options);
  try {
    const facts = await factsOnceLoaded(embedded.control, options);
    refuseUnusable(facts, `the embedded one, pid ${embedded.pid}`);
    const clients = new Clients({ path: embedded.socketPath });
    const asked = clients.connect('commands', 'checks');
    return {
      origin:
        embedded.binary?.origin ?? `${nameOf(facts)} that was already running (pid ${embedded.pid}), adopted`,
      version: facts.version ?? 'unknown',
      embedded: true,
      adopted: embedded.adopted,
      get pid() {
        return embedded.pid;
      },
      connection: clients.connection,
      connect: (kind, name) => clients.connect(kind, name),
      checks: async () => checksOf(await readFacts(asked)),
      async close() {
        clients.disconnect();
        await embedded.close();
      },
    };
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

/** A server with much data answers only when it has read it; a person who waits is told why, and may stop waiting. */
async function factsOnceLoaded(control: Redis, options: OpenRedisOptions): Promise<RedisFacts> {
  const say = () => options.onLine?.('Redis is reading its data');
  const timer = setTimeout(say, LOADING_IS_SAID_AFTER_MS);
  const abort = () => control.disconnect();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    return await readFacts(control);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
  }
}

async function openForeign(url: string, signal: AbortSignal | undefined): Promise<RedisHandle> {
  const connection = parseRedisUrl(url);
  const address = redactRedisUrl(url);
  const facts = await firstFacts(connection, { address, signal });
  refuseUnusable(facts, address);
  const clients = new Clients(connection);
  const control = clients.connect('commands', 'control');
  return {
    origin: `${nameOf(facts)} from REDIS_URL (${address})`,
    version: facts.version ?? 'unknown',
    embedded: false,
    adopted: false,
    connection,
    connect: (kind, name) => clients.connect(kind, name),
    checks: async () => checksOf(await readFacts(control)),
    async close() {
      clients.disconnect();
    },
  };
}

/** Talks to a foreign Redis once, without retries: whether it is there is said now, not after a minute. */
async function firstFacts(
  connection: RedisConnectionOptions,
  options: { address: string; signal: AbortSignal | undefined },
): Promise<RedisFacts> {
  const probe = createClient(connection, { kind: 'probe', name: 'probe' });
  const abort = () => probe.disconnect();
  options.signal?.addEventListener('abort', abort, { once: true });
  let lastError: Error | undefined;
  probe.on('error', (error) => {
    lastError = error;
  });
  try {
    await probe.connect();
    return await readFacts(probe);
  } catch (cause) {
    options.signal?.throwIfAborted();
    const reason = lastError ?? cause;
    // Without the cause: an error of AUTH carries its arguments.
    throw new UserError('Redis cannot be used', {
      which: options.address,
      why: reason instanceof Error ? reason.message : String(reason),
      next: 'start that Redis or correct REDIS_URL; without REDIS_URL an embedded one is used',
      exitCode: 3,
      code: 'redis-unreachable',
    });
  } finally {
    options.signal?.removeEventListener('abort', abort);
    probe.disconnect();
  }
}

/** The clients that a handle gave out, so that closing it leaves no connection behind. */
class Clients {
  readonly connection: RedisConnectionOptions;
  readonly #open = new Set<Redis>();

  constructor(connection: RedisConnectionOptions) {
    this.connection = connection;
  }

  connect(kind: 'commands' | 'blocking', name: string): Redis {
    const client = createClient(this.connection, { kind, name });
    this.#open.add(client);
    client.once('end', () => this.#open.delete(client));
    return client;
  }

  disconnect(): void {
    for (const client of this.#open) {
      client.disconnect();
      // Between two attempts ioredis forgets what waits for it: one more attempt, which fails at once, ends it.
      if (client.status === 'reconnecting')
        client.connect().then(
          () => client.disconnect(),
          () => {},
        );
    }
  }
}

function nameOf(facts: RedisFacts): string {
  return `${facts.product} ${facts.productVersion ?? 'of unknown version'}`;
}
