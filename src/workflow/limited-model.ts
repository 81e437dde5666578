import type { LmStudio } from '../lmstudio/index.ts';
import type { RequestAllowance } from './request-allowance.ts';

/** lm_studio.max_concurrent, and what is left of lm_studio.requests_per_minute where that is set. */
export interface ModelLimits {
  most: number;
  allowance?: Pick<RequestAllowance, 'enter' | 'count'> | undefined;
}

/**
 * The same client with at most `most` completions at a time in this process, and no more in a minute than are allowed,
 * whoever asks: analyses, personas, feedback. A local model that is asked twice at once answers both later, or runs out of
 * context.
 */
export function limitedModel(lm: LmStudio, { most, allowance }: ModelLimits): LmStudio {
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
        await allowance?.enter(request.signal);
        const completion = await lm.complete(request);
        // The repair turn of an answer that did not fit is a request, too.
        if (completion.calls > 1) await allowance?.count();
        return completion;
      } finally {
        leave();
      }
    },
  };
}
