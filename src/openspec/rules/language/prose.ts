/** A line of a document as a reader sees it: what is code, a comment or quoted is blanked, columns stay. */
export interface ProseLine {
  text: string;
  line: number;
}

/** The lines of a Markdown text outside code fences, with comments and inline code blanked. */
export function proseLines(text: string, firstLine = 1): ProseLine[] {
  const lines: ProseLine[] = [];
  const fences = new FenceTracker();
  let inComment = false;
  for (const [index, raw] of text.split('\n').entries()) {
    if (!inComment && fences.covers(raw)) continue;
    const visible = blankComments(raw, inComment);
    inComment = visible.open;
    lines.push({ text: blankCode(visible.text), line: firstLine + index });
  }
  return lines;
}

/** Says line by line whether it lies in a fenced code block, its fences included. */
export class FenceTracker {
  #fence = '';

  covers(line: string): boolean {
    const mark = fenceMark(line);
    if (this.#fence === '') {
      this.#fence = mark;
      return mark !== '';
    }
    const closes = mark.startsWith(this.#fence) && line.trim() === mark;
    if (closes) this.#fence = '';
    return true;
  }
}

function fenceMark(line: string): string {
  const text = line.trimStart();
  const char = text.charAt(0);
  if (char !== '`' && char !== '~') return '';
  let length = 1;
  while (text.charAt(length) === char) length += 1;
  return length >= 3 ? char.repeat(length) : '';
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
