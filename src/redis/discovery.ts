import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { UserError } from '../errors.ts';
import { fetchWithApt } from './apt.ts';
import { findOnPath, isOnPath, type RedisBinary } from './binary.ts';
import { fetchWithBrew } from './brew.ts';
import { findUnpacked, unpackedFolder } from './unpacked.ts';

export interface FoundRedis extends RedisBinary {
  /** one line for people: "Redis 7.0.15 from PATH (/usr/bin/redis-server)" */
  origin: string;
}

export interface FindRedisOptions {
  cacheDir?: string;
  env?: NodeJS.ProcessEnv;
  /** told when one has to be fetched */
  onLine?: (line: string) => void;
  signal?: AbortSignal;
}

/** What installs Redis by hand, by the package manager that is there. */
const BY_HAND = {
  'apt-get': 'sudo apt-get install redis-server',
  brew: 'brew install redis',
  dnf: 'sudo dnf install valkey',
  apk: 'sudo apk add valkey',
  pacman: 'sudo pacman -S valkey',
  zypper: 'sudo zypper install redis',
} as const;

/** Where fetched things are kept: `XDG_CACHE_HOME/specloop`, else `~/.cache/specloop`. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_CACHE_HOME;
  return join(
    base !== undefined && isAbsolute(base) ? base : join(env.HOME || homedir(), '.cache'),
    'specloop',
  );
}

/**
 * Finds a real Redis or Valkey: on PATH, else unpacked in the cache, else fetched through the system's package manager.
 * Never a fake in its place: what is promised about a crash would not be true.
 *
 * @throws UserError (exit 3) with the command to type
 */
export async function findRedis(options: FindRedisOptions = {}): Promise<FoundRedis> {
  const env = options.env ?? process.env;
  const cacheDir = options.cacheDir ?? defaultCacheDir(env);

  const onPath = await findOnPath(env.PATH, options.signal);
  if (onPath !== undefined) return withOrigin(onPath, 'from PATH');

  const cached = await findUnpacked(unpackedFolder(cacheDir), options.signal);
  if (cached !== undefined) return withOrigin(cached, 'from the cache');

  return fetchRedis({ ...options, env, cacheDir });
}

async function fetchRedis(
  options: FindRedisOptions & { env: NodeJS.ProcessEnv; cacheDir: string },
): Promise<FoundRedis> {
  const { env, cacheDir, onLine } = options;
  const abortable = options.signal === undefined ? {} : { signal: options.signal };
  try {
    if ((await isOnPath('apt-get', env.PATH)) && (await isOnPath('dpkg-deb', env.PATH))) {
      onLine?.(`No Redis here yet: fetching one with apt-get into ${cacheDir} (nothing is installed)`);
      return withOrigin(await fetchWithApt({ cacheDir, env, ...abortable }), 'fetched with apt-get');
    }
    if (await isOnPath('brew', env.PATH)) {
      onLine?.('No Redis here yet: adding redis with Homebrew (no service is started)');
      return withOrigin(await fetchWithBrew({ env, ...abortable }), 'fetched with Homebrew');
    }
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw await noRedis(env, reasonOf(cause), cause);
  }
  throw await noRedis(
    env,
    'no redis-server or valkey-server on PATH, and neither apt-get nor brew to fetch one with',
  );
}

async function noRedis(env: NodeJS.ProcessEnv, why: string, cause?: unknown): Promise<UserError> {
  let byHand = 'install redis-server or valkey-server';
  for (const [manager, command] of Object.entries(BY_HAND)) {
    if (!(await isOnPath(manager, env.PATH))) continue;
    byHand = command;
    break;
  }
  return new UserError('there is no Redis on this machine, and none could be fetched', {
    why,
    next: `${byHand}   (or point REDIS_URL to one)`,
    exitCode: 3,
    code: 'redis-missing',
    cause,
  });
}

/** A package manager's own last word, from the end of what it wrote. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const written = 'stderr' in cause && typeof cause.stderr === 'string' ? cause.stderr : '';
  const lines = written.split('\n').filter((line) => line.trim() !== '');
  return lines.findLast((line) => /^(E:|Error)/.test(line)) ?? lines.at(-1) ?? cause.message;
}

function withOrigin(binary: RedisBinary, whence: string): FoundRedis {
  return { ...binary, origin: `${binary.product} ${binary.version} ${whence} (${binary.path})` };
}
