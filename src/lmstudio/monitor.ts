import { setTimeout as delay } from 'node:timers/promises';
import type { LmHealth, LmStudio } from './types.ts';

/**
 * Looks at LM Studio again and again and tells only what changed: its state, or the model in use. The first look counts as a
 * change. Ends when the signal does.
 */
export async function monitorHealth(
  lm: Pick<LmStudio, 'health'>,
  options: {
    everyMs: number;
    onChange: (health: LmHealth, before: LmHealth | undefined) => void | Promise<void>;
    signal: AbortSignal;
  },
): Promise<void> {
  let before: LmHealth | undefined;
  while (!options.signal.aborted) {
    try {
      const health = await lm.health(options.signal);
      if (before === undefined || keyOf(before) !== keyOf(health)) {
        const previous = before;
        before = health;
        await options.onChange(health, previous);
      }
      await delay(options.everyMs, undefined, { signal: options.signal, ref: false });
    } catch (thrown) {
      if (options.signal.aborted) return;
      throw thrown;
    }
  }
}

/** What makes two looks the same: the words of a `why` may differ from one to the next. */
function keyOf(health: LmHealth): string {
  return health.state === 'ready' ? `ready ${health.model} ${health.contextTokens}` : health.state;
}
