import { promises as fs } from 'node:fs';
import path from 'node:path';
import { toError } from '../errors.ts';
import { type FolderHints, hintFolders } from './folder-hints.ts';
import { changesFolder, isChangeId, specsFolder } from './paths.ts';
import { assertReadable } from './root.ts';
import { Settler } from './settler.ts';
import { WatchedRoot } from './watched-root.ts';

/** What a watcher tells. `contentHash` is `OpenSpecChange.contentHash`; `savedAt` is the newest mtime, ms since the epoch. */
export type WatchEvent =
  | {
      type: 'change-saved';
      change: string;
      contentHash: string;
      /** true when every difference since the last event was written by us */
      byUs: boolean;
      savedAt: number;
      /** true for what stood there when the watch began */
      initial: boolean;
    }
  | { type: 'change-gone'; change: string }
  | { type: 'change-archived'; change: string; archivedAs: string }
  | { type: 'specs-saved'; files: string[] }
  | { type: 'root-gone' }
  | { type: 'root-back' };

/** Something a person should know: `watch-polling`, `watch-failed`, `handler-failed`. */
export interface WatchProblem {
  code: string;
  message: string;
}

export interface WatchOptions {
  root: string;
  /** how long a change must be quiet before it counts as saved */
  settleMs?: number;
  /** how often everything is looked at again, for notifications that the system dropped */
  sweepMs?: number;
  /** look at the files again and again instead of being notified (network file systems) */
  polling?: boolean;
  signal?: AbortSignal;
  onEvent: (event: WatchEvent) => void;
  onProblem?: (problem: WatchProblem) => void;
  /**
   * Asked once for every file that differs; `hash` is the sha-256 of its bytes, undefined when it was removed. True uses
   * up one write of ours. False for a path that we wrote to means that somebody wrote over it: our write will not be seen
   * any more and should be forgotten, or a person who later brings those bytes back would be taken for us.
   */
  isOwnWrite?: (relPath: string, hash: string | undefined) => boolean;
}

export interface Watcher {
  close(): Promise<void>;
}

/**
 * Watches a root; resolves once everything that stands there has been told with `initial: true`. The watch stands before
 * that first look, and each look compares content with what was told, so nothing falls between.
 *
 * @throws UserError (`root-unreadable`) when there is no such folder at the start
 */
export async function watchRoot(options: WatchOptions): Promise<Watcher> {
  options.signal?.throwIfAborted();
  const root = path.resolve(options.root);
  await assertReadable(root);
  const watch = new RootWatch(root, options);
  await watch.start();
  options.signal?.addEventListener('abort', () => void watch.close(), { once: true });
  if (options.signal?.aborted) await watch.close();
  return watch;
}

const rootPollMs = 500;

/** Topics of the settler are folders: a change's, `changes` for the list of them, `specs`, and the root (empty). */
class RootWatch implements Watcher {
  readonly #root: string;
  readonly #options: WatchOptions;
  readonly #settler: Settler<string>;
  readonly #seen: WatchedRoot;
  #polling: boolean;
  #hints: FolderHints | undefined;
  /** which folder the root is, undefined while it is gone */
  #identity: string | undefined;
  #timers: NodeJS.Timeout[] = [];
  #closing: Promise<void> | undefined;

  constructor(root: string, options: WatchOptions) {
    this.#root = root;
    this.#options = options;
    this.#polling = options.polling ?? false;
    this.#settler = new Settler(options.settleMs ?? 150, (folder) => this.#look(folder));
    this.#seen = new WatchedRoot({
      root,
      emit: (event) => this.#emit(event),
      isOwnWrite: options.isOwnWrite ?? (() => false),
      isSettled: async (folder) =>
        !this.#settler.isStirred(folder) && (await identityOf(root)) === this.#identity,
    });
  }

  async start(): Promise<void> {
    this.#identity = await identityOf(this.#root);
    await this.#settler.exclusively(async () => {
      await this.#listen();
      await this.#seen.lookFirst();
    });
    this.#timers = [
      setInterval(() => this.#settler.isStirred('') || this.#settler.stir(''), rootPollMs),
      setInterval(() => this.#stirAll(), this.#options.sweepMs ?? 15_000),
    ];
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      for (const timer of this.#timers) clearInterval(timer);
      await this.#settler.close();
      await this.#hints?.close();
    })();
    return this.#closing;
  }

  async #look(folder: string): Promise<void> {
    try {
      if (!(await this.#rootStands()) || folder === '') return;
      if (folder === specsFolder) await this.#seen.lookAtSpecs();
      else if (folder === changesFolder) await this.#seen.lookAtList();
      else await this.#seen.lookAtChange(folder.slice(changesFolder.length + 1));
    } catch (thrown) {
      this.#problem('watch-failed', `${folder === '' ? this.#root : folder}: ${toError(thrown).message}`);
    }
  }

  /** False while the root is gone, and once when it came back, or another folder took its place: all is looked at then. */
  async #rootStands(): Promise<boolean> {
    const identity = await identityOf(this.#root);
    if (identity === this.#identity) return identity !== undefined;
    if (this.#identity !== undefined) {
      this.#identity = undefined;
      await this.#hints?.close();
      this.#emit({ type: 'root-gone' });
    }
    if (identity === undefined) return false;
    this.#identity = identity;
    await this.#listen();
    this.#emit({ type: 'root-back' });
    this.#stirAll();
    return false;
  }

  async #listen(): Promise<void> {
    let exhausted: string | undefined;
    const polling = this.#polling;
    this.#hints = await hintFolders({
      root: this.#root,
      polling,
      onHint: (file) => this.#hinted(file),
      onError: (error) => this.#problem('watch-failed', error.message),
      onExhausted: (code) => {
        exhausted = code;
        if (!polling) void this.#poll(code);
      },
    });
    if (exhausted !== undefined && polling) this.#problem('watch-failed', `cannot be watched (${exhausted})`);
  }

  /** The system gives no more watches: what is left is to look again and again. */
  async #poll(code: string): Promise<void> {
    if (this.#polling || this.#closing !== undefined) return;
    this.#polling = true;
    const limit = code === 'ENOSPC' ? 'fs.inotify.max_user_watches' : 'the number of open files (ulimit -n)';
    this.#problem(
      'watch-polling',
      `the system gives no more file watches (${code}); polling instead. Raise ${limit}.`,
    );
    await this.#settler.exclusively(async () => {
      await this.#hints?.close();
      await this.#listen();
    });
    this.#stirAll();
  }

  #hinted(file: string): void {
    const [top, id = ''] = file.split('/');
    if (top === '') this.#stirAll();
    if (top === specsFolder) this.#settler.stir(specsFolder);
    if (top !== changesFolder) return;
    this.#settler.stir(isChangeId(id) ? `${changesFolder}/${id}` : changesFolder);
  }

  #stirAll(): void {
    for (const id of this.#seen.changeIds) this.#settler.stir(`${changesFolder}/${id}`);
    this.#settler.stir(changesFolder);
    this.#settler.stir(specsFolder);
  }

  #emit(event: WatchEvent): void {
    if (this.#closing !== undefined) return;
    try {
      this.#options.onEvent(event);
    } catch (thrown) {
      this.#problem('handler-failed', `${event.type}: ${toError(thrown).message}`);
    }
  }

  #problem(code: string, message: string): void {
    if (this.#closing === undefined) this.#options.onProblem?.({ code, message });
  }
}

/** Tells one folder from another that took its path; the time of birth, because inodes are used again. */
async function identityOf(folder: string): Promise<string | undefined> {
  const stat = await fs.stat(folder, { bigint: true }).catch(() => undefined);
  return stat?.isDirectory() ? `${stat.dev}:${stat.ino}:${stat.birthtimeNs}` : undefined;
}
