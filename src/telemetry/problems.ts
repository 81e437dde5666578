import { toError } from '../errors.ts';

export interface ProblemsOptions {
  /** gets each sort of problem at most once in `quietMs`, with how often it happened since */
  write(problem: { error: Error; times: number }): void;
  quietMs?: number;
  nowMs?: () => number;
}

const standardQuietMs = 30_000;
const mostSorts = 500;

/**
 * What goes wrong out of any caller's reach, and is tried again by itself. A Redis that is away makes thousands of equal
 * errors: each sort is told once in a while, with its number.
 */
export class Problems {
  readonly #options: ProblemsOptions;
  readonly #sorts = new Map<string, { toldAtMs: number; since: number }>();

  constructor(options: ProblemsOptions) {
    this.#options = options;
  }

  report(thrown: unknown): void {
    const { write, quietMs = standardQuietMs, nowMs = Date.now } = this.#options;
    const error = toError(thrown);
    const sort = error.message.replace(/\d+/g, '#');
    const known = this.#sorts.get(sort);
    const now = nowMs();
    if (known !== undefined && now - known.toldAtMs < quietMs) {
      known.since += 1;
      return;
    }
    if (this.#sorts.size >= mostSorts) this.#sorts.clear();
    this.#sorts.set(sort, { toldAtMs: now, since: 0 });
    write({ error, times: (known?.since ?? 0) + 1 });
  }
}
