import { collapse, stripInvisible, visibleLines } from './untrusted-text.ts';

/** Fewer visible characters prove nothing. */
const SHORTEST_QUOTE = 3;

/**
 * A document in which quotations are looked up. White space may differ, nothing else: a model that cannot copy the words it
 * rests on has not read them.
 */
export class QuotableDocument {
  private readonly text: string;
  /** where each line starts in `text` */
  private readonly starts: number[] = [];

  constructor(text: string, nonce: string) {
    let joined = '';
    for (const line of visibleLines(text, nonce).map(collapse)) {
      this.starts.push(joined.length);
      joined += line === '' ? '' : `${line} `;
    }
    this.text = joined;
  }

  /** The line (from 1) where the quotation starts, the nearest to `near`; undefined when it does not stand there. */
  lineOf(quote: string, near: number): number | undefined {
    const wanted = quotable(quote);
    if (wanted.length < SHORTEST_QUOTE) return undefined;
    let best: number | undefined;
    for (let at = this.text.indexOf(wanted); at !== -1; ) {
      const line = this.lineAt(at);
      if (best === undefined || Math.abs(line - near) < Math.abs(best - near)) best = line;
      // One match a line is enough, and keeps a document of one repeated letter linear.
      const nextLine = this.starts[line] ?? this.text.length;
      at = this.text.indexOf(wanted, nextLine);
    }
    return best;
  }

  private lineAt(position: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.starts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }
}

/** The quotation without what models add: the line numbers of our prompt, and quotation marks around it. */
function quotable(quote: string): string {
  const text = collapse(withoutLineNumbers(stripInvisible(quote)).replaceAll('\n', ' '));
  const first = text.charAt(0);
  const isWrapped =
    text.length > 2 && (first === '"' || first === '“') && '"”'.includes(text.charAt(text.length - 1));
  return isWrapped ? text.slice(1, -1).trim() : text;
}

/** Takes `12| ` from the start of each line, the form in which the prompt showed it. */
export function withoutLineNumbers(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      let at = 0;
      while (at < line.length && line.charAt(at) >= '0' && line.charAt(at) <= '9') at += 1;
      return at > 0 && line.startsWith('| ', at) ? line.slice(at + 2) : line;
    })
    .join('\n');
}
