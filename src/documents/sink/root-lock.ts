import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { tryLock, unlock } from 'fs-native-extensions';

const longestPauseMs = 50;

/**
 * One writer at a time, of all processes on this host. A lock of the kernel: it ends with its holder, never by age, and
 * a child that inherits the descriptor keeps it until it has ended too. Waiting is asking again, because a thread that
 * waits in the kernel cannot be called back.
 */
export class RootLock {
  readonly #file: FileHandle;
  #lane: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(path: string): Promise<RootLock> {
    return new RootLock(await open(path, 'a+', 0o600));
  }

  /** Runs the work while nobody else in this or another process runs one. The descriptor is for children to inherit. */
  hold<Result>(work: (lockFd: number) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const result = this.#lane.then(() => this.#holdAmongProcesses(work, signal));
    this.#lane = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    await this.#lane;
    await this.#file.close();
  }

  async #holdAmongProcesses<Result>(
    work: (lockFd: number) => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    const { fd } = this.#file;
    for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      signal?.throwIfAborted();
      if (tryLock(fd)) break;
      await delay(pauseMs, undefined, signal === undefined ? {} : { signal });
    }
    try {
      return await work(fd);
    } finally {
      unlock(fd);
    }
  }
}
