import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { probeBinary, type RedisBinary } from './binary.ts';
import { findUnpacked, libraryEnvironment, unpackedFolder } from './unpacked.ts';

const run = promisify(execFile);

/** The packages to try, best first. redis-server alone is a link into redis-tools, so both are needed. */
const CANDIDATES = [
  ['redis-server', 'redis-tools'],
  ['valkey-server', 'valkey-tools'],
] as const;

/** How far from the server's own packages a missing library is looked for. */
const DEPENDENCY_ROUNDS = 3;

interface AptOptions {
  cacheDir: string;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/**
 * Fetches Redis with `apt-get download` and unpacks it into the cache. Nothing is installed and no root is needed:
 * where the system has no package lists (or stale ones), lists are fetched into a folder of our own.
 *
 * @throws the error of the last apt-get that failed
 */
export async function fetchWithApt(options: AptOptions): Promise<RedisBinary> {
  const parent = dirname(unpackedFolder(options.cacheDir));
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const work = await mkdtemp(join(parent, 'fetching-'));
  try {
    const apt = new Apt(work, options);
    const tree = await apt.unpackRedis().catch(async () => {
      await apt.useListsOfOurOwn();
      return apt.unpackRedis();
    });
    return await moveIntoCache(tree, options);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

class Apt {
  readonly #work: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #signal: AbortSignal | undefined;
  #options: string[];

  constructor(work: string, options: Pick<AptOptions, 'env' | 'signal'>) {
    this.#work = work;
    this.#env = options.env;
    this.#signal = options.signal;
    // Root's downloads would otherwise be handed to the user _apt, who cannot write to a private folder.
    this.#options = [
      'APT::Sandbox::User=root',
      'Debug::NoLocking=1',
      'Acquire::Retries=2',
      'Acquire::http::Timeout=20',
      // Without it an update that reached nothing still ends well, and the reason is lost.
      'APT::Update::Error-Mode=any',
    ];
  }

  async useListsOfOurOwn(): Promise<void> {
    const lists = join(this.#work, 'lists');
    const cache = join(this.#work, 'cache');
    await mkdir(join(lists, 'partial'), { recursive: true });
    await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
    this.#options = [...this.#options, `Dir::State::Lists=${lists}`, `Dir::Cache=${cache}`];
    await this.#run('apt-get', ['update']);
  }

  /** Unpacks a server and the libraries that it lacks here; gives the tree's folder. */
  async unpackRedis(): Promise<string> {
    let failure: unknown;
    for (const packages of CANDIDATES) {
      const tree = await mkdtemp(join(this.#work, 'tree-'));
      try {
        await this.#unpack(packages, tree);
        await this.#addMissingLibraries(packages, tree);
        return tree;
      } catch (error) {
        this.#signal?.throwIfAborted();
        failure ??= error;
      }
    }
    throw failure;
  }

  async #addMissingLibraries(packages: readonly string[], tree: string): Promise<void> {
    const seen = new Set<string>(packages);
    let frontier: readonly string[] = packages;
    for (let round = 0; round < DEPENDENCY_ROUNDS; round += 1) {
      if ((await missingLibraries(tree, this.#signal)).length === 0) return;
      const next = (await this.#dependencies(frontier)).filter((name) => !seen.has(name));
      for (const name of next) seen.add(name);
      if (next.length > 0) await this.#unpack(next, tree);
      frontier = next;
    }
    const missing = await missingLibraries(tree, this.#signal);
    if (missing.length > 0) throw new Error(`the packages lack ${missing.join(', ')}`);
  }

  /** The libraries that packages depend on. Never libc: another one than the system's own would not start. */
  async #dependencies(packages: readonly string[]): Promise<string[]> {
    if (packages.length === 0) return [];
    const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'];
    const stdout = await this.#run('apt-cache', [
      'depends',
      ...only.map((kind) => `--no-${kind}`),
      ...packages,
    ]);
    const names = stdout
      .split('\n')
      .map((line) => /^\s*\|?(?:Pre)?Depends: (lib[a-z0-9.+-]+)/.exec(line)?.[1] ?? '')
      .filter((name) => name !== '' && name !== 'libc6');
    return [...new Set(names)];
  }

  async #unpack(packages: readonly string[], tree: string): Promise<void> {
    const downloads = await mkdtemp(join(this.#work, 'debs-'));
    await this.#run('apt-get', ['download', ...packages], downloads);
    for (const file of await readdir(downloads)) {
      if (file.endsWith('.deb'))
        await run('dpkg-deb', ['-x', join(downloads, file), tree], this.#runOptions());
    }
  }

  async #run(command: string, args: string[], cwd = this.#work): Promise<string> {
    const options = this.#options.flatMap((option) => ['-o', option]);
    const { stdout } = await run(command, [...options, ...args], { ...this.#runOptions(), cwd });
    return stdout;
  }

  #runOptions() {
    return {
      env: { ...this.#env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      maxBuffer: 16 * 1024 * 1024,
      timeout: 180_000,
      signal: this.#signal,
      encoding: 'utf8',
    } as const;
  }
}

/** What the dynamic linker would not find for the server of an unpacked tree. */
async function missingLibraries(tree: string, signal: AbortSignal | undefined): Promise<string[]> {
  const env = await libraryEnvironment(tree);
  for (const name of ['redis-server', 'valkey-server']) {
    const path = join(tree, 'usr', 'bin', name);
    if ((await probeBinary(path, { env, ...(signal === undefined ? {} : { signal }) })) !== undefined)
      return [];
    const ldd = await run('ldd', [path], { env: { ...process.env, ...env }, signal }).catch(() => undefined);
    const missing = (ldd?.stdout ?? '').split('\n').filter((line) => line.includes('not found'));
    if (missing.length > 0) return missing.map((line) => line.trim().split(' ')[0] ?? line);
  }
  return ['a redis-server that runs here'];
}

/** One rename, so that a reader sees a whole tree or none; of two fetchers at once the first one's tree stays. */
async function moveIntoCache(tree: string, options: AptOptions): Promise<RedisBinary> {
  const target = unpackedFolder(options.cacheDir);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await rename(tree, target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    const binary = await findUnpacked(target, options.signal);
    if (binary !== undefined) return binary;
    // What stood there is older than us and does not run (a library went with a system upgrade).
    await rename(target, `${tree}-broken`);
  }
  throw new Error(`the Redis unpacked in ${target} does not run`);
}
