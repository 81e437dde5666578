import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fetchWithApt } from './apt.ts';
import { findOnPath, type RedisBinary } from './binary.ts';
import { findUnpacked, unpackedFolder } from './unpacked.ts';

export interface FoundRedis extends RedisBinary {
  /** one line for people: "Redis 7.0.15 from PATH (/usr/bin/redis-server)" */
  origin: string;
}

/** Where fetched things are kept: `XDG_CACHE_HOME/specloop`, else `~/.cache/specloop`. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_CACHE_HOME;
  return join(
    base !== undefined && isAbsolute(base) ? base : join(env.HOME ?? homedir(), '.cache'),
    'specloop',
  );
}

/** Finds a real Redis or Valkey: on PATH, else unpacked in the cache, else fetched into it. Never a fake. */
export async function findRedis(
  options: {
    cacheDir?: string;
    env?: NodeJS.ProcessEnv;
    onLine?: (line: string) => void;
    signal?: AbortSignal;
  } = {},
): Promise<FoundRedis> {
  const env = options.env ?? process.env;
  const cacheDir = options.cacheDir ?? defaultCacheDir(env);
  const abortable = options.signal === undefined ? {} : { signal: options.signal };

  const onPath = await findOnPath(env.PATH, options.signal);
  if (onPath !== undefined) return withOrigin(onPath, 'from PATH');

  const cached = await findUnpacked(unpackedFolder(cacheDir), options.signal);
  if (cached !== undefined) return withOrigin(cached, 'from the cache');

  options.onLine?.(
    `No Redis on this machine: fetching one with apt-get into ${cacheDir} (nothing is installed)`,
  );
  return withOrigin(await fetchWithApt({ cacheDir, ...abortable }), 'fetched with apt-get');
}

function withOrigin(binary: RedisBinary, whence: string): FoundRedis {
  return { ...binary, origin: `${binary.product} ${binary.version} ${whence} (${binary.path})` };
}
