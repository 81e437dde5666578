import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';

export const maxLineBytes = 10 * 1024 * 1024;

/**
 * JSON-RPC, one message a line, on any pair of streams. When it closes, so do the streams: a peer whose line was too long
 * sees its connection end instead of waiting for an answer that never comes.
 */
export class StreamTransport extends StdioServerTransport {
  readonly #readable: Readable;
  readonly #writable: Writable;

  constructor(readable: Readable, writable: Writable) {
    super(readable, writable, { maxBufferSize: maxLineBytes });
    this.#readable = readable;
    this.#writable = writable;
  }

  override async close(): Promise<void> {
    await super.close();
    this.#writable.end();
    this.#readable.destroy();
  }
}
