import { closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { tryLock, unlock } from 'fs-native-extensions';
import { UserError } from '../errors.ts';
import { openLockFile } from './lock.ts';

const PAUSE_MS = 20;
/** Only a worker that is just ending the server holds it alone, and that takes it a moment. */
const LONGEST_WAIT_MS = 30_000;

/**
 * Who uses an embedded server: each worker holds a shared kernel lock, so that the last one to leave knows that it is
 * the last, and a killed one is no longer counted.
 */
export class ServerUse {
  readonly #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** Joins the users; waits while the last one of before is still ending the server. */
  static async join(file: string, signal?: AbortSignal): Promise<ServerUse> {
    const fd = openLockFile(file);
    const until = performance.now() + LONGEST_WAIT_MS;
    while (!tryLock(fd, { shared: true })) {
      if (performance.now() > until || signal?.aborted === true) {
        closeSync(fd);
        signal?.throwIfAborted();
        throw new UserError('another specloop has been ending the embedded Redis for too long', {
          which: file,
          next: 'look for a specloop process that hangs, end it, and start again',
          exitCode: 3,
          code: 'redis-ending',
        });
      }
      await delay(PAUSE_MS);
    }
    return new ServerUse(fd);
  }

  /** True when nobody else uses the server at this moment. Tried in place: our own share is never given up for it. */
  isAlone(): boolean {
    const alone = tryLock(this.#fd);
    tryLock(this.#fd, { shared: true });
    return alone;
  }

  /**
   * Lets go, then takes it alone if nobody else is left; newcomers wait until `leave`. Letting go first matters: two that
   * leave at once would each see the other and both go, and the server would stay.
   */
  tryExclusive(): boolean {
    unlock(this.#fd);
    return tryLock(this.#fd);
  }

  leave(): void {
    closeSync(this.#fd);
  }
}
