import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { probeBinary, type RedisBinary } from './binary.ts';

/** The folder of the cache that holds one unpacked Redis, in the layout of its packages (`usr/bin`, `usr/lib/<triplet>`). */
export function unpackedFolder(cacheDir: string): string {
  return join(cacheDir, 'redis', 'unpacked');
}

/** Finds a Redis that runs in an unpacked package tree, with the tree's own libraries before the system's. */
export async function findUnpacked(folder: string, signal?: AbortSignal): Promise<RedisBinary | undefined> {
  const env = await libraryEnvironment(folder);
  for (const name of ['redis-server', 'valkey-server']) {
    const path = join(folder, 'usr', 'bin', name);
    const binary = await probeBinary(path, { env, ...(signal === undefined ? {} : { signal }) });
    if (binary !== undefined) return binary;
  }
  return undefined;
}

/** `LD_LIBRARY_PATH` for the libraries in an unpacked tree. */
export async function libraryEnvironment(folder: string): Promise<Record<string, string>> {
  const found: string[] = [];
  for (const base of [join(folder, 'usr', 'lib'), join(folder, 'lib')]) {
    const entries = await readdir(base, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (entry.isDirectory() && entry.name.includes('-linux-')) found.push(join(base, entry.name));
    }
  }
  return found.length === 0 ? {} : { LD_LIBRARY_PATH: found.join(':') };
}
