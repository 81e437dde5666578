/** Until a model is measured: one token for four ASCII characters or one other character, and 30 % on top. */
const MARGIN_UNMEASURED = 1.3;
/** Once measured, a text may still be denser than those seen. */
const MARGIN_MEASURED = 1.1;
/** Weight of the newest observation in the moving averages. */
const NEWEST_WEIGHT = 0.3;
/** What a call is taken to last before one was measured: a 7B model on a laptop, 3,000 tokens in and 500 out. */
export const DEFAULT_SECONDS_PER_CALL = 45;

/**
 * How many tokens a text is, and how long a call lasts: an estimate that each answer's `usage` corrects, for
 * LM Studio offers no tokenizer over HTTP. One model's measure never serves another.
 */
export class TokenBudget {
  private readonly ratios = new Map<string, number>();
  private secondsPerCall: number | undefined;
  private model: string | undefined;

  /** Learns from an answer: `text` is all that was sent, `promptTokens` what the server counted. */
  observe(measure: {
    model: string;
    text: string;
    promptTokens?: number | undefined;
    durationMs: number;
  }): void {
    this.model = measure.model;
    this.secondsPerCall = average(this.secondsPerCall, measure.durationMs / 1000);
    const raw = rawTokens(measure.text);
    if (measure.promptTokens === undefined || measure.promptTokens <= 0 || raw < 50) return;
    // A server that counts only what it has not cached, or none at all, must not teach us that text is free.
    const ratio = Math.min(4, Math.max(0.5, measure.promptTokens / raw));
    this.ratios.set(measure.model, average(this.ratios.get(measure.model), ratio));
  }

  /** Tokens that the text takes, rather too many than too few. Without `model`, of the one that answered last. */
  estimate(text: string, model: string | undefined = this.model): number {
    const ratio = model === undefined ? undefined : this.ratios.get(model);
    const factor = ratio === undefined ? MARGIN_UNMEASURED : ratio * MARGIN_MEASURED;
    return Math.ceil(rawTokens(text) * factor);
  }

  /** True when the text and an answer of `maxTokens` fit the context. */
  fits(text: string, contextTokens: number, maxTokens: number): boolean {
    return this.estimate(text) + maxTokens <= contextTokens;
  }

  /** Minutes for so many calls one after the other, at the measured speed; see `paceIsMeasured`. */
  estimateMinutes(calls: number): number {
    return (calls * (this.secondsPerCall ?? DEFAULT_SECONDS_PER_CALL)) / 60;
  }

  /** False while `estimateMinutes` rests on the stated default. */
  get paceIsMeasured(): boolean {
    return this.secondsPerCall !== undefined;
  }
}

/**
 * Puts parts together, in their order, into as few groups as fit. A part that is too large alone is split, by
 * `split`, until it fits or cannot be split any further; then it makes a group of its own.
 */
export function sectionsFor<T>(
  parts: readonly T[],
  options: { fits: (group: readonly T[]) => boolean; split: (part: T) => [T, T] | undefined },
): T[][] {
  const groups: T[][] = [];
  const waiting = [...parts].reverse();
  let group: T[] = [];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (options.fits([...group, part])) {
      group.push(part);
      continue;
    }
    if (group.length > 0) {
      groups.push(group);
      group = [];
      waiting.push(part);
      continue;
    }
    const halves = options.split(part);
    if (halves === undefined) groups.push([part]);
    else waiting.push(halves[1], halves[0]);
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

function average(before: number | undefined, now: number): number {
  return before === undefined ? now : before + NEWEST_WEIGHT * (now - before);
}

function rawTokens(text: string): number {
  let ascii = 0;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) < 0x80) ascii += 1;
  return ascii / 4 + (text.length - ascii);
}
