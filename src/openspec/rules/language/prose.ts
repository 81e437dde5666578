import { fenceMask, splitLines } from '../../lines.ts';

/** A line of a document as a reader sees it: what is code, a comment or quoted is blanked, columns stay. */
export interface ProseLine {
  text: string;
  line: number;
}

/** The lines of a Markdown text outside code fences, with comments and inline code blanked. */
export function proseLines(text: string): ProseLine[] {
  return proseSource(text).map(({ text, line }) => ({ text: blankCode(text), line }));
}

/** The lines of a Markdown text outside code fences, with comments blanked and inline code as it is. */
export function proseSource(text: string): ProseLine[] {
  const lines = splitLines(text);
  const fenced = fenceMask(lines);
  const prose: ProseLine[] = [];
  let inComment = false;
  for (const [index, raw] of lines.entries()) {
    if (fenced[index]) continue;
    const visible = blankComments(raw, inComment);
    inComment = visible.open;
    prose.push({ text: visible.text, line: 1 + index });
  }
  return prose;
}

function blankComments(line: string, open: boolean): { text: string; open: boolean } {
  let text = '';
  let rest = line;
  let inside = open;
  while (rest !== '') {
    const at = rest.indexOf(inside ? '-->' : '<!--');
    if (at < 0) return { text: text + (inside ? ' '.repeat(rest.length) : rest), open: inside };
    const end = at + (inside ? 3 : 4);
    text += inside ? ' '.repeat(end) : rest.slice(0, at) + ' '.repeat(4);
    rest = rest.slice(end);
    inside = !inside;
  }
  return { text, open: inside };
}

/** Replaces code spans by blanks of the same length; a lone backtick is left as it is. */
export function blankCode(line: string): string {
  return blankBetween(line, '`', '`');
}

/** Replaces what stands in double quotes (straight or curly) by blanks of the same length. */
export function blankQuotes(line: string): string {
  return blankBetween(blankBetween(line, '"', '"'), '“', '”');
}

function blankBetween(line: string, open: string, close: string): string {
  let text = '';
  let from = 0;
  while (from < line.length) {
    const start = line.indexOf(open, from);
    const end = start < 0 ? -1 : line.indexOf(close, start + 1);
    if (end < 0) break;
    text += line.slice(from, start) + ' '.repeat(end + 1 - start);
    from = end + 1;
  }
  return text + line.slice(from);
}
