import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { probeBinary, type RedisBinary } from './binary.ts';

const run = promisify(execFile);

interface BrewOptions {
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/**
 * Adds Homebrew's redis and gives its server. Homebrew's packages only run from its own folder, so this one goes there
 * and not into our cache; no service is started and nothing that was installed is upgraded.
 */
export async function fetchWithBrew(options: BrewOptions): Promise<RedisBinary> {
  const settings = {
    env: { ...options.env, HOMEBREW_NO_AUTO_UPDATE: '1', HOMEBREW_NO_INSTALL_UPGRADE: '1' },
    timeout: 600_000,
    maxBuffer: 16 * 1024 * 1024,
    signal: options.signal,
  };
  await run('brew', ['install', '--quiet', 'redis'], settings);
  const { stdout } = await run('brew', ['--prefix', 'redis'], settings);
  const path = join(stdout.trim(), 'bin', 'redis-server');
  const binary = await probeBinary(path, options.signal === undefined ? {} : { signal: options.signal });
  if (binary === undefined) throw new Error(`${path}, which Homebrew installed, does not run`);
  return binary;
}
