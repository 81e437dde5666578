import type { LmStudio } from '../lmstudio/index.ts';

/**
 * The same client with at most `most` completions at a time in this process, whoever asks: analyses, personas, feedback.
 * A local model that is asked twice at once answers both later, or runs out of context.
 */
export function limitedModel(lm: LmStudio, most: number): LmStudio {
  let free = most;
  const waiting: (() => void)[] = [];

  async function enter(): Promise<void> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }

  return {
    ...lm,
    async complete(request) {
      await enter();
      try {
        request.signal?.throwIfAborted();
        return await lm.complete(request);
      } finally {
        leave();
      }
    },
  };
}
