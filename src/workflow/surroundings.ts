import { type OpenSpecRoot, readRoot } from '../openspec/index.ts';

/** The specs and the other changes that a change is reviewed against: read once until something is saved. */
export class SurroundingsCache {
  readonly #root: string;
  #current: Promise<OpenSpecRoot> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  read(): Promise<OpenSpecRoot> {
    const current = this.#current ?? readRoot(this.#root);
    this.#current = current;
    // A failed read is not remembered: the folder may be back at the next one.
    current.catch(() => this.invalidate());
    return current;
  }

  invalidate(): void {
    this.#current = undefined;
  }
}
