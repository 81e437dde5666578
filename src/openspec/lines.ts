/**
 * Lines as OpenSpec counts them. Its readers work on lines, not on a Markdown tree, and what they read is what gets
 * merged; so requirements are found here by the same rules, with scans that stay linear on hostile input.
 */

/** Splits at LF, CRLF and a lone CR; a byte order mark is no part of the first line. */
export function splitLines(text: string): string[] {
  const withoutMark = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return withoutMark.split(/\r\n|\r|\n/);
}

/** True for every line that belongs to a fenced code block, the fences included. */
export function fenceMask(lines: readonly string[]): boolean[] {
  let open: { marker: string; length: number } | undefined;
  return lines.map((line) => {
    const run = fenceRun(line);
    if (open === undefined) {
      if (run === undefined) return false;
      open = run;
      return true;
    }
    if (run?.alone && run.marker === open.marker && run.length >= open.length) open = undefined;
    return true;
  });
}

function fenceRun(line: string): { marker: string; length: number; alone: boolean } | undefined {
  const trimmed = line.trim();
  const marker = trimmed.charAt(0);
  if (marker !== '`' && marker !== '~') return undefined;
  let length = 1;
  while (trimmed.charAt(length) === marker) length += 1;
  return length < 3 ? undefined : { marker, length, alone: length === trimmed.length };
}

/** The level of an unindented `#` heading (1 to 6), 0 for any other line. */
export function headingLevel(line: string): number {
  if (!line.startsWith('#')) return 0;
  let level = 0;
  while (line.charAt(level) === '#') level += 1;
  return level <= 6 && isSpace(line.charAt(level)) ? level : 0;
}

/** A heading's text without its marks. A closing run of `#` counts only after a space or tab: `C#` keeps its own. */
export function headingText(line: string): string {
  return withoutClosingMarks(line.slice(headingLevel(line))).trim();
}

/** Drops `  ###` at the end, as a heading is rendered. */
export function withoutClosingMarks(text: string): string {
  if (!text.includes('#')) return text;
  let end = text.length;
  while (end > 0 && isBlankChar(text.charAt(end - 1))) end -= 1;
  const hashesEnd = end;
  while (end > 0 && text.charAt(end - 1) === '#') end -= 1;
  if (end === hashesEnd || end === 0 || !isBlankChar(text.charAt(end - 1))) return text;
  return text.slice(0, end);
}

/** The text of a block without its blank edges, and the number (from 1) of its first line that is kept. */
export function trimmedBlock(
  lines: readonly string[],
  from: number,
  to: number,
): { text: string; line: number; endLine: number } | undefined {
  let first = from;
  let last = to - 1;
  while (first <= last && (lines[first] ?? '').trim() === '') first += 1;
  while (last >= first && (lines[last] ?? '').trim() === '') last -= 1;
  if (first > last) return undefined;
  return { text: lines.slice(first, last + 1).join('\n'), line: first + 1, endLine: last + 1 };
}

export function isSpace(char: string): boolean {
  return char !== '' && char.trim() === '';
}

function isBlankChar(char: string): boolean {
  return char === ' ' || char === '\t';
}
