import { sha256 } from './file-bytes.ts';

/** Names a change's content: sha-256 over its sorted (path, hash) pairs, with paths relative to the change's folder. */
export function contentHash(folder: string, files: Iterable<{ file: string; hash: string }>): string {
  const pairs = Array.from(files, ({ file, hash }) => `${file.slice(folder.length + 1)}\0${hash}\n`);
  return sha256(pairs.sort().join(''));
}
