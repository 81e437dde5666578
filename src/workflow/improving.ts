import { setTimeout as delay } from 'node:timers/promises';
import type { FeedbackLoop } from '../improvement/index.ts';

/** Node's timers fire at once beyond this; the configuration allows a year. */
const longestDelayMs = 2 ** 31 - 1;

export interface ImprovingOptions {
  feedback: Pick<FeedbackLoop, 'analyse' | 'list' | 'measureImpact'>;
  /** feedback_loop.analysis_interval, in milliseconds: from the end of one turn to the begin of the next */
  everyMs: number;
  /** feedback_loop.mode is not `off` */
  analyses: boolean;
  signal: AbortSignal;
  onProblem(error: unknown): void;
}

/**
 * The feedback loop's turns, in the process that holds the root, until the signal aborts. None overlaps with another, and a
 * failed one does not end them. The first comes after one interval: a start has other things to do.
 *
 * It analyses and measures; it applies nothing by itself yet, in mode `auto` neither: `FeedbackLoop.applyImprovement` does.
 *
 * @returns when the turn under way at the abort is over
 */
export async function keepImproving(options: ImprovingOptions): Promise<void> {
  const { everyMs, signal } = options;
  const pauseMs = Math.min(everyMs, longestDelayMs);
  // What breaks because everything is being closed is no problem of anybody's.
  const onProblem = (error: unknown) => signal.aborted || options.onProblem(error);
  while (await passes(pauseMs, signal)) await takeTurn({ ...options, onProblem }).catch(onProblem);
}

/** False when the signal came first. */
async function passes(pauseMs: number, signal: AbortSignal): Promise<boolean> {
  return delay(pauseMs, true, { signal, ref: false }).catch(() => false);
}

/** Measures first: what has ended makes room for a proposal on the same tunable. */
async function takeTurn({ feedback, analyses, signal, onProblem }: ImprovingOptions): Promise<void> {
  // In mode `off`, too: what is in force on trial must not stay so unwatched.
  const { items } = await feedback.list({ state: 'probation', limit: 1000 });
  for (const { id } of items) {
    if (signal.aborted) return;
    // One that a person ends at this moment is no reason to leave the others unmeasured.
    await feedback.measureImpact(id).catch(onProblem);
  }
  if (analyses && !signal.aborted) await feedback.analyse();
}
