import { setTimeout as delay } from 'node:timers/promises';
import type { Sink } from '../documents/index.ts';

const dayMs = 24 * 3_600_000;
/** Far longer than work is tried again: nobody asks for an older answer. */
const keptMs = 7 * dayMs;

export interface PruningOptions {
  sink: Pick<Sink, 'prune'>;
  signal: AbortSignal;
  onProblem(error: unknown): void;
}

/**
 * Lets the sink forget what nobody asks for any more, at once and then daily, until the signal aborts: its journal is read
 * as a whole by every process that opens it.
 *
 * @returns when the turn under way at the abort is over
 */
export async function keepPruned({ sink, signal, onProblem }: PruningOptions): Promise<void> {
  do {
    // What breaks because everything is being closed is no problem of anybody's.
    await sink.prune(keptMs).catch((error) => signal.aborted || onProblem(error));
  } while (await delay(dayMs, true, { signal, ref: false }).catch(() => false));
}
