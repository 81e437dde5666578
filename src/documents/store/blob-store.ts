import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { TerminalError } from '../../errors.ts';
import { privateFolder, writeDurably } from './durable-file.ts';

/** What stands for the content of a file that does not exist. */
export const absent = 'absent';

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** sha-256 of a file's bytes, hex; `absent` for one that does not exist. */
export function contentHash(bytes: Buffer | undefined): string {
  return bytes === undefined ? absent : createHash('sha256').update(bytes).digest('hex');
}

/** Bytes kept by their hash, once each, for ever: what an undo gives back. */
export class BlobStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Keeps the bytes; when it resolves they survive a power cut. */
  async put(bytes: Buffer): Promise<string> {
    const hash = contentHash(bytes);
    const path = this.#pathOf(hash);
    if ((await sizeOf(path)) === bytes.length) return hash;
    await privateFolder(dirname(path));
    await writeDurably(path, bytes);
    return hash;
  }

  /** @throws TerminalError when the bytes are not there, or are not those any more */
  async get(hash: string): Promise<Buffer> {
    const path = this.#pathOf(hashSchema.parse(hash));
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw new TerminalError(`the stored version ${hash} is missing`, { cause });
    });
    if (contentHash(bytes) !== hash) throw new TerminalError(`the stored version ${hash} is damaged`);
    return bytes;
  }

  #pathOf(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), hash);
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}
