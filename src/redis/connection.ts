import { Redis, type RedisOptions } from 'ioredis';
import { UserError } from '../errors.ts';

/** Where a Redis is: plain JSON that ioredis and BullMQ take as it is. */
export type RedisConnectionOptions =
  | { path: string; username?: string; password?: string; db?: number }
  | {
      host: string;
      port: number;
      username?: string;
      password?: string;
      db?: number;
      tls?: Record<string, never>;
    };

/** `commands` answers or fails soon; `blocking` waits in Redis and never gives up (what BullMQ's workers need). */
export type ConnectionKind = 'commands' | 'blocking';

const RETRIES = 5;
const LONGEST_PAUSE_MS = 2_000;
/** Longer than any blocking read of BullMQ (5 s and 10 s), so that only a dead peer reaches it. */
const DEAD_PEER_MS = 30_000;

const SETTINGS = {
  commands: { maxRetriesPerRequest: RETRIES, enableAutoPipelining: true },
  blocking: { maxRetriesPerRequest: null },
  /** connects when told, and takes the first refusal for an answer */
  probe: {
    lazyConnect: true,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    commandTimeout: 5_000,
    disconnectTimeout: 100,
  },
} satisfies Record<ConnectionKind | 'probe', RedisOptions>;

/**
 * A client that reconnects by itself. Its errors are listened to: without a listener a lost connection would end the
 * process, and each command rejects on its own.
 */
export function createClient(
  connection: RedisConnectionOptions,
  options: { kind: ConnectionKind | 'probe'; name: string },
): Redis {
  const settings = {
    ...connection,
    connectionName: `specloop:${options.name}`,
    connectTimeout: 5_000,
    retryStrategy: (times) => Math.min(25 * 2 ** Math.min(times, 8), LONGEST_PAUSE_MS),
    // A peer that vanished without closing would otherwise be waited for without end.
    ...('host' in connection ? { keepAlive: 10_000, socketTimeout: DEAD_PEER_MS } : {}),
    ...SETTINGS[options.kind],
  } satisfies RedisOptions;
  const client = new Redis(settings);
  client.on('error', () => {});
  return client;
}

/**
 * Reads `redis://[user:password@]host[:port][/db]`, `rediss://…` (TLS) or `unix:///path/to.sock`, which takes
 * `?db=N&username=U&password=P`: a URL without a host has no place for them.
 *
 * @throws UserError (exit 2) that never shows the password
 */
export function parseRedisUrl(text: string): RedisConnectionOptions {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw badUrl(text, 'it is not a URL');
  }
  switch (url.protocol) {
    case 'unix:':
    case 'redis+unix:':
      if (url.host !== '' || url.pathname === '') throw badUrl(text, 'a socket needs its absolute path');
      return {
        path: decode(url.pathname, text),
        ...credentials(url.searchParams.get('username'), url.searchParams.get('password')),
        ...database(url.searchParams.get('db'), text),
      };
    case 'redis:':
    case 'rediss:':
      return {
        host: url.hostname === '' ? '127.0.0.1' : url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port === '' ? 6379 : Number(url.port),
        ...credentials(decode(url.username, text), decode(url.password, text)),
        ...database(url.searchParams.get('db') ?? url.pathname.slice(1), text),
        ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
      };
    default:
      throw badUrl(text, `its scheme is ${url.protocol.slice(0, -1)}`);
  }
}

/** The address for people: no password in it. */
export function redactRedisUrl(text: string): string {
  try {
    const url = new URL(text);
    if (url.password !== '') url.password = '***';
    if (url.searchParams.has('password')) url.searchParams.set('password', '***');
    return url.toString();
  } catch {
    // Not a URL, so nobody knows which part of it is secret.
    return text.includes('@') ? `***@${text.slice(text.lastIndexOf('@') + 1)}` : text;
  }
}

function credentials(
  username: string | null,
  password: string | null,
): { username?: string; password?: string } {
  return { ...(username ? { username } : {}), ...(password ? { password } : {}) };
}

function database(text: string | null, whole: string): { db?: number } {
  if (text === null || text === '') return {};
  if (!/^\d{1,5}$/.test(text)) throw badUrl(whole, `${text} is not the number of a database`);
  return { db: Number(text) };
}

function decode(part: string, whole: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badUrl(whole, 'a % in it does not start an escape (write % as %25)');
  }
}

/** Without the cause: a URL error carries the whole text, password and all. */
function badUrl(text: string, why: string): UserError {
  return new UserError('REDIS_URL cannot be used', {
    which: redactRedisUrl(text),
    why,
    next: 'write it as redis://[user:password@]host[:port][/db], rediss://… or unix:///path/to.sock',
    exitCode: 2,
    code: 'redis-url',
  });
}
