import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { describeError } from '../errors.ts';
import { createClient } from './connection.ts';
import { type FoundRedis, findRedis } from './discovery.ts';
import { ensureServer, type RunningServer, type ServerFiles, serverFiles } from './ensure.ts';
import { identify, isServerOf } from './identity.ts';
import { lockFile } from './lock.ts';
import { lastWarning } from './server.ts';
import { readRecord } from './server-record.ts';
import { ServerUse } from './users.ts';

interface EmbeddedOptions {
  stateDir: string;
  cacheDir?: string;
  onLine?: (line: string) => void;
  signal?: AbortSignal;
}

const ENDING_PAUSE_MS = 10;
/** Everything acknowledged is on disk (appendfsync always), so a server that will not end may be killed. */
const ENDING_PATIENCE_MS = 10_000;
const REVIVALS_REMEMBERED_MS = 60_000;
const LONGEST_REVIVAL_PAUSE_MS = 5_000;

/**
 * The private Redis of one state folder: started or adopted, started again when it ends unexpectedly, and ended by the
 * last worker that uses it.
 */
export class EmbeddedRedis {
  readonly socketPath: string;
  readonly adopted: boolean;
  readonly binary: FoundRedis | undefined;
  /** waits for the server whatever happens to it; its loss is how we learn that the server ended */
  readonly control: Redis;
  readonly #files: ServerFiles;
  readonly #use: ServerUse;
  readonly #options: EmbeddedOptions;
  #running: RunningServer;
  #closing = false;
  #reviving: Promise<void> | undefined;
  #revivals: number[] = [];
  #lastGist = '';

  private constructor(parts: {
    files: ServerFiles;
    use: ServerUse;
    options: EmbeddedOptions;
    running: RunningServer;
    control: Redis;
  }) {
    this.#files = parts.files;
    this.#use = parts.use;
    this.#options = parts.options;
    this.#running = parts.running;
    this.control = parts.control;
    this.socketPath = parts.running.socketPath;
    this.adopted = parts.running.adopted;
    this.binary = parts.running.binary;
    this.control.on('close', () => {
      this.#reviving ??= this.#revive().finally(() => {
        this.#reviving = undefined;
      });
    });
  }

  static async open(options: EmbeddedOptions): Promise<EmbeddedRedis> {
    const files = await serverFiles(options.stateDir);
    const use = await ServerUse.join(files.usersFile, options.signal);
    const running = await ensureServer({
      files,
      find: () => findRedis(options),
      isAlone: () => use.isAlone(),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    }).catch((error) => {
      // What could not be adopted is not ours to end either.
      use.leave();
      throw error;
    });
    const control = createClient({ path: running.socketPath }, { kind: 'blocking', name: 'control' });
    return new EmbeddedRedis({ files, use, options, running, control });
  }

  get pid(): number {
    return this.#running.pid;
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.control.disconnect();
    await this.#reviving;
    await endServerIfLast(this.#files, this.#use);
  }

  /** The control connection was lost: gives it a server again, unless we are the ones who end it. */
  async #revive(): Promise<void> {
    await this.#pauseBetweenRevivals();
    if (this.#closing) return;
    const before = this.#running.pid;
    try {
      const { signal: _ofTheStartAlone, ...options } = this.#options;
      this.#running = await ensureServer({
        files: this.#files,
        find: () => findRedis(options),
        isAlone: () => this.#use.isAlone(),
        socketPath: this.socketPath,
      });
      if (this.#running.pid !== before) this.#say(this.#obituary(before));
    } catch (error) {
      // The connection keeps trying and comes back here.
      this.#say(describeError(error));
    }
  }

  /** A server that ends again and again (a full disk) is started at a slower and slower pace. */
  async #pauseBetweenRevivals(): Promise<void> {
    const now = performance.now();
    this.#revivals = this.#revivals.filter((at) => now - at < REVIVALS_REMEMBERED_MS);
    const pauseMs =
      this.#revivals.length === 0 ? 0 : Math.min(50 * 2 ** this.#revivals.length, LONGEST_REVIVAL_PAUSE_MS);
    this.#revivals.push(now);
    await delay(pauseMs);
  }

  #obituary(pid: number): string {
    const reason = lastWarning(this.#files.logFile, pid);
    const why = reason === undefined ? '' : ` (${reason})`;
    return `Redis (pid ${pid}) ended unexpectedly${why}; pid ${this.#running.pid} goes on with its data`;
  }

  /** The same trouble, but for its pids, is said once in a row. */
  #say(line: string): void {
    const gist = line.replace(/\d+/g, '');
    const isRepeated = gist === this.#lastGist && this.#revivals.length > 1;
    this.#lastGist = gist;
    if (!isRepeated) this.#options.onLine?.(line);
  }
}

/** Leaves the users; the last one ends the server and waits until its lock is free. */
async function endServerIfLast(files: ServerFiles, use: ServerUse): Promise<void> {
  try {
    if (!use.tryExclusive()) return;
    const { pid, socketPath } = await verifiedServer(files);
    if (pid !== undefined) signalProcess(pid, 'SIGTERM');
    const until = performance.now() + ENDING_PATIENCE_MS;
    while (!(await isFree(files.lockFile))) {
      if (pid === undefined) return;
      if (performance.now() > until) signalProcess(pid, 'SIGKILL');
      await delay(ENDING_PAUSE_MS);
    }
    // Empty now, and newcomers wait for us: nobody is robbed of it.
    if (socketPath !== undefined) await rmdir(dirname(socketPath)).catch(() => {});
  } finally {
    use.leave();
  }
}

/** A server that has just proved to be ours: a pid from a file alone may be anybody's by now. */
async function verifiedServer(files: ServerFiles): Promise<{ pid?: number; socketPath?: string }> {
  if (await isFree(files.lockFile)) return {};
  const record = await readRecord(files.lockFile);
  if (record === undefined) return {};
  const { socketPath, pid } = record;
  const identity = await identify(record);
  if (identity.kind === 'ours') return { pid: identity.pid, socketPath };
  const isOurs = pid !== undefined && (await isServerOf(pid, files.dataDir));
  return isOurs ? { pid, socketPath } : {};
}

async function isFree(file: string): Promise<boolean> {
  const lock = lockFile(file, {});
  await lock?.release();
  return lock !== undefined;
}

function signalProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already, which is what was wanted.
  }
}
