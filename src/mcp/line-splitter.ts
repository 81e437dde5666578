import { StringDecoder } from 'node:string_decoder';

/** Cuts a stream of bytes into lines without their ends; empty ones are dropped. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #maxBytes: number;
  readonly #on: { onLine(line: string): void; onTooLong(): void };
  #parts: string[] = [];
  #held = 0;

  constructor(maxBytes: number, on: { onLine(line: string): void; onTooLong(): void }) {
    this.#maxBytes = maxBytes;
    this.#on = on;
  }

  readonly take = (chunk: Buffer | string): void => {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.write(chunk);
    const lines = text.split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) this.#finish(line);
    this.#parts.push(rest);
    this.#held += rest.length;
    if (this.#held > this.#maxBytes) this.#on.onTooLong();
  };

  #finish(end: string): void {
    const line = [...this.#parts, end].join('').trim();
    this.#parts = [];
    this.#held = 0;
    if (line !== '') this.#on.onLine(line);
  }
}
