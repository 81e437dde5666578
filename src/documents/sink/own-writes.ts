interface OwnWrite {
  hash: string;
  done: boolean;
}

/**
 * The bytes that we are putting into files, so that the watcher can tell them from a person's. Each counts once: a
 * person who later brings the same bytes back is a person.
 */
export class OwnWrites {
  readonly #byPath = new Map<string, OwnWrite[]>();

  /** To be called before the bytes can be seen. The answer tells that they are there, or never came. */
  expect(path: string, hash: string): { done(): void; withdraw(): void } {
    const write = { hash, done: false };
    this.#byPath.set(path, [...(this.#byPath.get(path) ?? []), write]);
    return {
      done: () => {
        write.done = true;
      },
      withdraw: () => this.#keep(path, (other) => other !== write),
    };
  }

  /** True once for each write. What was seen later takes away what must have been before it. */
  consume(path: string, hash: string): boolean {
    const writes = this.#byPath.get(path) ?? [];
    const at = writes.findIndex((write) => write.hash === hash);
    if (at === -1) this.#keep(path, ({ done }) => !done);
    else this.#keep(path, (write) => writes.indexOf(write) > at);
    return at !== -1;
  }

  #keep(path: string, wanted: (write: OwnWrite) => boolean): void {
    const left = (this.#byPath.get(path) ?? []).filter(wanted);
    if (left.length === 0) this.#byPath.delete(path);
    else this.#byPath.set(path, left);
  }
}
