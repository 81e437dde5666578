import { z } from 'zod';
import type { HistoryEntry } from '../../actors/index.ts';

/** Work that failed for good, or could not be done, in its own words. */
export interface Failure {
  atMs: number;
  source: string;
  message: string;
}

const errorPrefix = 'xstate.error.actor.';
const donePrefix = 'xstate.done.actor.';
const errorEvent = z.looseObject({ error: z.looseObject({ message: z.string() }) });
const unavailableEvent = z.looseObject({
  output: z.looseObject({ kind: z.literal('unavailable'), why: z.string() }),
});

export function failuresOf(history: readonly HistoryEntry[]): Failure[] {
  return history.flatMap(({ atMs, event }): Failure[] => {
    if (event.type.startsWith(errorPrefix)) {
      const parsed = errorEvent.safeParse(event);
      const message = parsed.success ? parsed.data.error.message : 'no message';
      return [{ atMs, source: event.type.slice(errorPrefix.length), message }];
    }
    // A model that cannot be had is no error of the change, and still the reason why work waits.
    const parsed = event.type.startsWith(donePrefix) ? unavailableEvent.safeParse(event) : undefined;
    if (parsed?.success !== true) return [];
    return [{ atMs, source: event.type.slice(donePrefix.length), message: parsed.data.output.why }];
  });
}
