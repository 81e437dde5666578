import type { Root } from 'mdast';

type Parse = (lines: readonly string[]) => Root;

/** A document needs the Markdown parser before it was loaded. */
class ParserAbsent extends Error {
  override name = 'ParserAbsent';
}

let loaded: Parse | undefined;

/** The Markdown parser. It can only be asked for within `withMarkdownParser`, or after that asked for it once. */
export function markdownParser(): Parse {
  if (loaded === undefined) throw new ParserAbsent('the Markdown parser is not loaded');
  return loaded;
}

/**
 * Reads what may need the Markdown parser, and once more when it did: few documents need it, and loading it takes as long
 * as reading all the others.
 */
export async function withMarkdownParser<T>(read: () => T): Promise<T> {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof ParserAbsent)) throw thrown;
    loaded = (await import('./markdown.ts')).parseBlocks;
    return read();
  }
}
