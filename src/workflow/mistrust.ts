const mostLooks = 60;

/**
 * A model that failed in the middle of work may be back before anybody looks whether it is there, and what waits for it
 * would never hear of it. So a failure counts as a look that found it down. A model that fails again and again although
 * every look finds it well is passed over for twice as many looks each time.
 */
export class Mistrust {
  #failures = 0;
  #looksLeft = 0;
  #why = '';

  /** It was not there when work wanted it. */
  missing(why: string): void {
    this.#why = why;
    this.#looksLeft = Math.max(1, this.#looksLeft);
  }

  /** It was there, and failed under the work. */
  failed(why: string): void {
    this.#why = why;
    // The attempts of one piece of work fail together.
    if (this.#looksLeft > 0) return;
    this.#looksLeft = Math.min(2 ** this.#failures, mostLooks);
    this.#failures += 1;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#looksLeft = 0;
  }

  /** Why this look shall count as one that found it down; undefined when the look itself counts. */
  look(): string | undefined {
    if (this.#looksLeft === 0) return undefined;
    this.#looksLeft -= 1;
    return this.#why;
  }
}
