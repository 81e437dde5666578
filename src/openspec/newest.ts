/**
 * Remembers, for each key, the newest value and the fingerprint of what it was made from. What was used longest ago is
 * forgotten first once the remembered sizes pass `maxSize`.
 */
export class Newest<T> {
  readonly #maxSize: number;
  readonly #entries = new Map<string, { fingerprint: string; value: T; size: number }>();
  #size = 0;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  get(key: string, fingerprint: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.fingerprint !== fingerprint) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  put(key: string, entry: { fingerprint: string; value: T; size: number }): void {
    this.#drop(key);
    this.#entries.set(key, entry);
    this.#size += entry.size;
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.#maxSize) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#size -= this.#entries.get(key)?.size ?? 0;
    this.#entries.delete(key);
  }
}
