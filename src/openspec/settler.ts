/**
 * Runs the work for a topic once the topic was quiet for a while. Works run one at a time, in the order in which their
 * topics became quiet; however often a topic is stirred, it waits once, so memory is bounded by the number of topics.
 */
export class Settler<Topic> {
  readonly #settleMs: number;
  readonly #work: (topic: Topic) => Promise<void>;
  readonly #waiting = new Map<Topic, NodeJS.Timeout>();
  readonly #due = new Set<Topic>();
  #running: Promise<void> | undefined;
  #closed = false;

  /** @param work must not throw */
  constructor(settleMs: number, work: (topic: Topic) => Promise<void>) {
    this.#settleMs = settleMs;
    this.#work = work;
  }

  /** Starts, or starts again, the quiet time of a topic. */
  stir(topic: Topic): void {
    if (this.#closed) return;
    clearTimeout(this.#waiting.get(topic));
    this.#due.delete(topic);
    this.#waiting.set(
      topic,
      setTimeout(() => this.#settled(topic), this.#settleMs),
    );
  }

  /** True while a topic is being stirred: what was read of it just now may be half of a save. */
  isStirred(topic: Topic): boolean {
    return this.#waiting.has(topic);
  }

  /** Runs something between the works, now or as soon as the one under way is through. */
  async exclusively(work: () => Promise<void>): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    if (this.#closed) return;
    this.#running = work().finally(() => {
      this.#running = this.#due.size === 0 ? undefined : this.#drain();
    });
    await this.#running;
  }

  /** Drops what waits, and resolves when the work under way is through. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    this.#due.clear();
    await this.#running;
  }

  #settled(topic: Topic): void {
    this.#waiting.delete(topic);
    this.#due.add(topic);
    this.#running ??= this.#drain();
  }

  async #drain(): Promise<void> {
    for (const topic of this.#due) {
      this.#due.delete(topic);
      await this.#work(topic);
    }
    this.#running = undefined;
  }
}
