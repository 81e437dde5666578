import { readChange } from '../openspec/index.ts';
import type { Reviewer } from '../review/index.ts';
import type { ReviewStore } from './review-store.ts';
import type { SurroundingsCache } from './surroundings.ts';

export interface BacklogOptions {
  root: string;
  reviewer: Reviewer;
  reviews: ReviewStore;
  surroundings: SurroundingsCache;
}

/** What the model has before it: "n sections, about m minutes". */
export interface Backlog {
  sections: number;
  minutes: number;
}

/**
 * How much the analyses of these changes are. Answers undefined when no model can be asked how long its context is.
 * Nothing is sent but the question for the loaded models.
 */
export async function analysisBacklog(
  changes: readonly string[],
  options: BacklogOptions,
): Promise<Backlog | undefined> {
  const { root, reviewer, reviews, surroundings } = options;
  const backlog: Backlog = { sections: 0, minutes: 0 };
  const { specs } = await surroundings.read();
  for (const id of changes) {
    const change = await readChange(root, id);
    if (change === undefined) continue;
    const findings = await reviews.rules(id);
    const plan = await reviewer.plan({ change, specs, findings, nonce: 'plan' }).catch(() => undefined);
    if (plan === undefined) return undefined;
    backlog.sections += plan.sections;
    backlog.minutes += plan.minutes;
  }
  return backlog;
}
