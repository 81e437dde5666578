import { setTimeout as pause } from 'node:timers/promises';
import type { ActorRuntime } from '../actors/index.ts';
import { TerminalError, toError } from '../errors.ts';
import { type ChangeEvent, changeMachine } from '../machines/index.ts';
import { type WatchEvent, type Watcher, watchRoot } from '../openspec/index.ts';
import { cameByGit } from './checkout.ts';
import { changeActor } from './identity.ts';
import type { SurroundingsCache } from './surroundings.ts';

export interface WatchingOptions {
  root: string;
  runtime: ActorRuntime;
  surroundings: SurroundingsCache;
  isOwnWrite(relPath: string, hash: string | undefined): boolean;
  onProblem(error: unknown): void;
  onLine(line: string): void;
  signal: AbortSignal;
}

const firstPauseMs = 250;
const longestPauseMs = 5_000;
/** of what fails though Redis answers: one change that cannot be told of must not hold up the others for ever */
const mostTries = 10;

/** Turns what the watcher sees into events of changes. */
export class Watching {
  readonly #o: WatchingOptions;
  /** when a person last saved a change, ms since the epoch */
  readonly #savedAt = new Map<string, number>();
  #watcher: Watcher | undefined;
  /** events are handed on in the order in which they were seen */
  #tail: Promise<void> = Promise.resolve();

  constructor(options: WatchingOptions) {
    this.#o = options;
  }

  /** Resolves when every change that stands there has been told to its actor. */
  async start(): Promise<void> {
    const { root, signal, surroundings, isOwnWrite, onLine } = this.#o;
    const told = new Set<string>();
    this.#watcher = await watchRoot({
      root,
      signal,
      isOwnWrite,
      onEvent: (event) => {
        if ('change' in event) told.add(event.change);
        surroundings.invalidate();
        this.#queue(() => this.#take(event));
      },
      onProblem: ({ message }) => onLine(message),
    });
    // In its turn: a change that comes back in the meantime is told of after it.
    this.#queue(() => this.#missing(told));
    await this.#tail;
  }

  async stop(): Promise<void> {
    await this.#watcher?.close();
    await this.#tail;
  }

  /** False while somebody else's save of the change is younger than `ms`. */
  quiet(change: string, ms = 1_000): boolean {
    return Date.now() - (this.#savedAt.get(change) ?? 0) >= ms;
  }

  #queue(tell: () => Promise<void>): void {
    this.#tail = this.#tail.then(() => this.#untilTold(tell));
  }

  /**
   * The watcher tells of a content once: a save that is dropped while Redis is away would never be reviewed. To tell
   * twice does no harm, as a change knows its content by hash. What the end of the process cuts off, the next start finds.
   */
  async #untilTold(tell: () => Promise<void>): Promise<void> {
    const { signal, onProblem } = this.#o;
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        await tell();
        return;
      } catch (error) {
        onProblem(error);
        if (await this.#isHopeless(error, tries)) return;
        const pauseMs = Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs);
        await pause(pauseMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  /** A Redis that refuses (full, read-only, loading) is waited for like one that is away. */
  async #isHopeless(error: unknown, tries: number): Promise<boolean> {
    if (error instanceof TerminalError) return true;
    if (tries < mostTries || toError(error).name === 'ReplyError') return false;
    return this.#o.runtime.store.counters().then(
      () => true,
      () => false,
    );
  }

  async #take(event: WatchEvent): Promise<void> {
    const { runtime } = this.#o;
    switch (event.type) {
      case 'change-saved': {
        const { change, contentHash, byUs, initial, savedAt } = event;
        if (!byUs) this.#savedAt.set(change, savedAt);
        await runtime.start('change', changeActor(change), { change });
        const isTouched = initial ? await this.#differsFromKnown(change, contentHash) : !byUs;
        const byPerson = isTouched && !(await this.#cameByGit(change));
        const saved: ChangeEvent = { type: 'SAVED', contentHash, byPerson };
        await runtime.send(changeActor(change), saved);
        return;
      }
      case 'change-gone':
        await runtime.send(changeActor(event.change), { type: 'GONE' });
        return;
      case 'change-archived':
        await runtime.send(changeActor(event.change), { type: 'ARCHIVED' });
        return;
      case 'specs-saved':
        for (const change of await this.#known())
          await runtime.send(changeActor(change), { type: 'SPECS.SAVED' });
        return;
      case 'root-gone':
        this.#o.onLine(`the folder ${this.#o.root} is gone: waiting for it to come back`);
        return;
      case 'root-back':
        this.#o.onLine(`the folder ${this.#o.root} is back`);
    }
  }

  /** Whether somebody saved a change that is known while nobody watched. */
  async #differsFromKnown(change: string, contentHash: string): Promise<boolean> {
    const known = await this.#o.runtime.snapshot(changeMachine, changeActor(change));
    const before = known?.snapshot.context.contentHash ?? '';
    return before !== '' && before !== contentHash;
  }

  /** A look that fails must not lose the save. */
  async #cameByGit(change: string): Promise<boolean> {
    return cameByGit(this.#o.root, change).catch((error: unknown) => {
      this.#o.onProblem(error);
      return false;
    });
  }

  /** Names of the changes that have an actor. */
  async #known(): Promise<string[]> {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#o.runtime.list({
        machine: 'change',
        limit: 1000,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const { id } of page.items) {
        const found = await this.#o.runtime.snapshot(changeMachine, id);
        if (found !== undefined) names.push(found.snapshot.context.change);
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
    return names;
  }

  /** What was known and is not there any more: archived, or on another branch. */
  async #missing(told: ReadonlySet<string>): Promise<void> {
    const { archived } = await this.#o.surroundings.read();
    for (const change of await this.#known()) {
      if (told.has(change)) continue;
      const type = archived.some((name) => name.endsWith(`-${change}`)) ? 'ARCHIVED' : 'GONE';
      await this.#o.runtime.send(changeActor(change), { type });
    }
  }
}
