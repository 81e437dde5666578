import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A redis-server that runs on this machine: `env` is what it needs beside the ordinary environment. */
export interface RedisBinary {
  path: string;
  env: Record<string, string>;
  product: 'Redis' | 'Valkey';
  version: string;
}

/** The oldest version that BullMQ accepts at all. */
export const OLDEST_MAJOR = 5;

/**
 * Runs `PATH --version` and says what it is; undefined when it does not run, is no Redis, or is too old to use.
 * Running it is the only check that counts: a file that lacks a library looks fine until then.
 */
export async function probeBinary(
  path: string,
  options: { env?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<RedisBinary | undefined> {
  const env = options.env ?? {};
  try {
    const { stdout } = await run(path, ['--version'], {
      env: { ...process.env, ...env },
      timeout: 10_000,
      signal: options.signal,
    });
    const version = /\bv=(\d{1,4}\.\d{1,4}\.\d{1,4})/.exec(stdout)?.[1];
    if (version === undefined || Number.parseInt(version, 10) < OLDEST_MAJOR) return undefined;
    return { path, env, product: /^valkey/i.test(stdout) ? 'Valkey' : 'Redis', version };
  } catch {
    options.signal?.throwIfAborted();
    return undefined;
  }
}

/** The first `redis-server` or `valkey-server` that runs, folder by folder as a shell would look. */
export async function findOnPath(
  searchPath: string | undefined,
  signal?: AbortSignal,
): Promise<RedisBinary | undefined> {
  for (const folder of absoluteFolders(searchPath)) {
    for (const name of ['redis-server', 'valkey-server']) {
      const path = join(folder, name);
      if (!(await isExecutable(path))) continue;
      const binary = await probeBinary(path, signal === undefined ? {} : { signal });
      if (binary !== undefined) return binary;
    }
  }
  return undefined;
}

/** True when a program of that name stands on PATH. */
export async function isOnPath(name: string, searchPath: string | undefined): Promise<boolean> {
  for (const folder of absoluteFolders(searchPath)) {
    if (await isExecutable(join(folder, name))) return true;
  }
  return false;
}

/** A relative entry is left out: it would let the folder that one happens to stand in choose the program. */
function absoluteFolders(searchPath: string | undefined): string[] {
  return (searchPath ?? '').split(delimiter).filter(isAbsolute);
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
