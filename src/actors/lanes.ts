/**
 * One queue a key, in memory: items of one key are processed in order and together, items of different keys side by
 * side. Keeps order within a process; across processes the compare-and-set does.
 */
export class Lanes<Item, Result> {
  readonly #process: (key: string, items: Item[]) => Promise<Result[]>;
  readonly #batch: number;
  readonly #waiting = new Map<
    string,
    { item: Item; settle: (result: Result) => void; fail: (error: unknown) => void }[]
  >();

  /** @param process takes up to `batch` items and answers one result for each, in order */
  constructor(process: (key: string, items: Item[]) => Promise<Result[]>, batch: number) {
    this.#process = process;
    this.#batch = batch;
  }

  push(key: string, item: Item): Promise<Result> {
    return new Promise<Result>((settle, fail) => {
      const lane = this.#waiting.get(key);
      if (lane !== undefined) {
        lane.push({ item, settle, fail });
        return;
      }
      this.#waiting.set(key, [{ item, settle, fail }]);
      void this.#run(key);
    });
  }

  async #run(key: string): Promise<void> {
    const lane = this.#waiting.get(key);
    while (lane !== undefined && lane.length > 0) {
      const taken = lane.slice(0, this.#batch);
      const outcome = await this.#process(
        key,
        taken.map(({ item }) => item),
      ).then(
        (results) => ({ results }),
        (error: unknown) => ({ error }),
      );
      lane.splice(0, taken.length);
      taken.forEach((entry, at) => {
        if ('error' in outcome) entry.fail(outcome.error);
        else {
          const result = outcome.results[at];
          if (result === undefined) entry.fail(new RangeError('a lane answered fewer results than items'));
          else entry.settle(result);
        }
      });
    }
    this.#waiting.delete(key);
  }
}
