/** A heading as the Markdown tree would show it. */
export interface PlacedHeading {
  /** its words as written, emphasis and code marks included */
  title: string;
  level: number;
  line: number;
  endLine: number;
}

/**
 * The headings of a document by its lines alone, or undefined where only a Markdown parser can tell. Nearly every document
 * that people write is this plain, and parsing them would be most of the time of a review.
 *
 * What makes it enough: a `#` at the left edge ends every list, quote and paragraph, so it is a heading wherever no fence
 * and no comment is open. Whether one is open is certain when it opened at the left edge, and when all its lines are
 * indented at least as deep as its first: whatever block holds that one holds them all. The rest is left to the parser.
 */
export function plainHeadings(lines: readonly string[]): PlacedHeading[] | undefined {
  const headings: PlacedHeading[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (isText.test(line)) continue;
    const first = line.charAt(indentOf(line));
    if (isUncertain(line, first) || isUnderline(line, lines[index - 1] ?? '')) return undefined;
    if (first === '`' || first === '~') {
      const end = fenceEnd(lines, index);
      if (end === undefined) return undefined;
      index = end;
    } else if (first === '<') {
      index = commentEnd(lines, index);
    } else if (first === '#') {
      const heading = readHeading(line, index + 1);
      if (heading === undefined) return undefined;
      if (heading.level <= 6) headings.push(heading);
    }
  }
  return headings;
}

/** A line of plain characters that begins with a letter, which is nothing but text wherever it stands. */
const isText = /^ *[A-Za-z(][\x20-\x7e]*$/;

function indentOf(line: string): number {
  let indent = 0;
  while (line.charAt(indent) === ' ' || line.charAt(indent) === '\t') indent += 1;
  return indent;
}

/** White space that is a blank to us and a character to Markdown, or the other way round. */
const oddSpace = /[\0\v\f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]/;
const containerWithFence = /^[ \t]*(?:(?:[-*+>]|\d{1,9}[.)])[ \t]*)+(?:```|~~~)/;

/** HTML but a comment at the left edge, an indented heading, a fence right after a bullet or quote mark. */
function isUncertain(line: string, first: string): boolean {
  if (first === '#') return !line.startsWith('#') || oddSpace.test(line);
  if (first === '<') return !opensComment(line);
  return (
    oddSpace.test(line) || ((line.includes('```') || line.includes('~~~')) && containerWithFence.test(line))
  );
}

/** `---` or `===` right under a text makes a heading of it. */
function isUnderline(line: string, before: string): boolean {
  return /^[ \t]*(?:-+|=+)[ \t]*$/.test(line) && before.trim() !== '';
}

/**
 * The index of the line that closes the fence at `start`, past the end where none does; `start` itself for backticks that
 * open none; undefined where it depends on the blocks around it.
 */
function fenceEnd(lines: readonly string[], start: number): number | undefined {
  const opening = lines[start] ?? '';
  const indent = indentOf(opening);
  const marker = opening.charAt(indent);
  const length = runLength(opening, indent);
  if (length < 3) return start;
  if (opening.slice(0, indent).includes('\t')) return undefined;
  if (marker === '`' && opening.includes('`', indent + length)) return start;
  for (let index = start + 1; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const depth = indentOf(line);
    if (depth === line.length) continue;
    if (depth < indent || line.slice(0, indent).includes('\t')) return undefined;
    const run = line.charAt(depth) === marker ? runLength(line, depth) : 0;
    if (run < length || line.slice(depth + run).trim() !== '') continue;
    return depth === indent ? index : undefined;
  }
  return indent === 0 ? lines.length : undefined;
}

function runLength(line: string, from: number): number {
  let end = from;
  while (line.charAt(end) === line.charAt(from)) end += 1;
  return end - from;
}

/** A comment at the left edge: it ends every other block, and goes on to the line with `-->`. */
export function opensComment(line: string): boolean {
  return line.startsWith('<!--') && !/^<!--+>/.test(line);
}

/** The index of the line that closes the comment at `start`, past the end where none does. */
export function commentEnd(lines: readonly string[], start: number): number {
  let index = start;
  while (index < lines.length && !lines[index]?.includes('-->')) index += 1;
  return index;
}

/** Level 7 for what is none: seven marks, or a `#tag`. Undefined where marks at its end may close it. */
function readHeading(line: string, number: number): PlacedHeading | undefined {
  const level = runLength(line, 0);
  const next = line.charAt(level);
  const isHeading = level <= 6 && (next === '' || next === ' ' || next === '\t');
  const title = line.slice(level).trim();
  if (isHeading && title.endsWith('#')) return undefined;
  return { title, level: isHeading ? level : 7, line: number, endLine: number };
}
