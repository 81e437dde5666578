import { setTimeout as delay } from 'node:timers/promises';
import { toError } from '../errors.ts';

/** One scene of the demo: what shall happen, and how it is brought about and seen. */
export interface Scene {
  title: string;
  /** answers with what there is to tell; `signal` is aborted when it takes too long */
  play(signal: AbortSignal): Promise<string[]>;
}

/** A scene that did not happen. */
export class SceneError extends Error {
  override name = 'SceneError';
  readonly title: string;

  constructor(title: string, cause: unknown) {
    super(`"${title}" did not happen: ${toError(cause).message}`, { cause });
    this.title = title;
  }
}

export interface ScriptOptions {
  /** how long one scene may take */
  patienceMs: number;
  onLine(line: string): void;
  signal: AbortSignal;
}

/** Plays the scenes in order. Throws a SceneError for the first that does not happen in time. */
export async function playScript(scenes: readonly Scene[], options: ScriptOptions): Promise<void> {
  const { patienceMs, onLine, signal } = options;
  for (const [at, { title, play }] of scenes.entries()) {
    onLine('');
    onLine(`${at + 1}. ${title}`);
    const timeout = AbortSignal.timeout(patienceMs);
    try {
      for (const line of await play(AbortSignal.any([signal, timeout]))) onLine(`   ${line}`);
    } catch (cause) {
      signal.throwIfAborted();
      throw new SceneError(title, timeout.aborted ? new Error(`not within ${patienceMs / 1000} s`) : cause);
    }
  }
}

const lookAgainMs = 200;

/** Looks until there is something to see. Ends only with it, or with the signal: the script says when it is too late. */
export async function seen<T>(look: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(lookAgainMs, undefined, { signal });
  }
}
