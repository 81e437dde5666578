/** What is looked at before a text may reach a Markdown parser. Apart from the parser, which few documents need. */

const maxNesting = 32;
const maxIndent = 200;
/** The parser takes time with the square of the lines; documents that people write have some hundreds of them. */
const maxLines = 8_000;

/** Why this text must not reach the Markdown parser; undefined when it may. A linear scan. */
export function markdownHazard(lines: readonly string[]): string | undefined {
  if (lines.length > maxLines) return `has ${lines.length} lines, more than ${maxLines}, so it was not read`;
  const line = lines.findIndex((text) => nesting(text) > maxNesting);
  return line === -1
    ? undefined
    : `quotes or lists nested deeper than ${maxNesting} on line ${line + 1}, so it was not read`;
}

/** The lines with those of a YAML front matter left blank. */
export function withoutFrontMatter(lines: readonly string[]): readonly string[] {
  const end = frontMatterLength(lines);
  return end === 0 ? lines : lines.map((line, index) => (index < end ? '' : line));
}

function frontMatterLength(lines: readonly string[]): number {
  if (lines[0]?.trimEnd() !== '---') return 0;
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === '---');
  return end + 1;
}

const opensNothing = /^[ \t]*(?:[^ \t>*+\-\d]|$)/;

/** How many quotes and lists a line opens, counted from its left edge. */
function nesting(line: string): number {
  if (opensNothing.test(line)) return 0;
  let depth = 0;
  let index = 0;
  for (; index < line.length; index += 1) {
    const char = line.charAt(index);
    if (char === ' ' || char === '\t' || isDigit(char)) continue;
    if (!opensContainer(line, index)) break;
    depth += 1;
  }
  const deep = depth > maxNesting || (depth > 0 && index > maxIndent);
  return deep && !isRule(line) ? Math.max(depth, maxNesting + 1) : 0;
}

function opensContainer(line: string, index: number): boolean {
  const char = line.charAt(index);
  if (char === '>') return true;
  if (line.charAt(index + 1).trim() !== '') return false;
  if (char === '.' || char === ')') return isDigit(line.charAt(index - 1));
  return char === '-' || char === '*' || char === '+';
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9';
}

/** `-----` or `* * *`: a line across the page, however long, nests nothing. */
function isRule(line: string): boolean {
  const marks = new Set(line);
  marks.delete(' ');
  marks.delete('\t');
  return marks.size === 1 && (marks.has('-') || marks.has('*'));
}
