import type { BulletStyle } from './bullet-style.ts';
import { toLines } from './document-text.ts';

/**
 * An answer as the lines of one nested bullet: `- **Answer** (who, when): words`, or `- **Answer:** (who, when) words`. Every further line stands under the
 * bullet's text, so that a heading, a fence or a list in the answer stays inside it.
 */
export function answerLines(
  { answer, source }: { answer: string; source: string },
  { indent, mark, colonFirst }: BulletStyle & { colonFirst?: boolean },
): string[] {
  const words = contained(answer);
  const inner = `${indent}${' '.repeat(mark.length + 1)}`;
  const under = (line: string) => (line.trim() === '' ? '' : inner + line);
  const who = `(${oneLine(source)})`;
  const opening = `${indent}${mark} ${colonFirst ? `**Answer:** ${who}` : `**Answer** ${who}:`}`;
  const [first = '', ...rest] = words;
  if (opensBlock(first) || rest.some(underlines)) return [opening, '', ...words.map(under)];
  return [`${opening} ${first}`, ...rest.map(under)];
}

/** The answer's lines without blank edges, with whatever it leaves open closed: its words stay, their reach ends. */
function contained(answer: string): string[] {
  const plain = withoutControls(answer).trimEnd();
  const lines = toLines(plain).map(({ text }) => text.trimEnd());
  while (lines.length > 1 && lines[0]?.trim() === '') lines.shift();
  if (lines[0] !== undefined) lines[0] = lines[0].trimStart();
  const fence = openFence(lines);
  return (fence === undefined ? lines : [...lines, fence]).map(withoutOpenComment);
}

/** A comment that is not closed on its line would hide what follows from readers that go by lines. */
function withoutOpenComment(line: string): string {
  const open = line.lastIndexOf('<!--');
  return open === -1 || line.indexOf('-->', open) !== -1 ? line : line.replaceAll('<!--', '&lt;!--');
}

function openFence(lines: readonly string[]): string | undefined {
  let open: string | undefined;
  for (const line of lines) {
    const fence = fenceOf(line);
    if (open === undefined) open = fence;
    else if (fence?.startsWith(open) && line.trim() === fence) open = undefined;
  }
  return open;
}

function fenceOf(line: string): string | undefined {
  return /^(?:`{3,}|~{3,})/.exec(line.trimStart())?.[0];
}

/** True for a line that is only what it is at the start of a block: a list, a heading, a quote, a table, code. */
function opensBlock(line: string): boolean {
  return (
    fenceOf(line) !== undefined || /^(?:#{1,6}[ \t]|>|\||[-*+][ \t]|\d{1,9}[.)][ \t]| {4}|\t)/.test(line)
  );
}

/** `---` or `===` below a paragraph makes a heading of it: it must not be the one that names the answer. */
function underlines(line: string): boolean {
  const marks = new Set(line.trim());
  return marks.size === 1 && (marks.has('-') || marks.has('='));
}

function withoutControls(text: string): string {
  return Array.from(text, (char) => (isControl(char) ? ' ' : char)).join('');
}

function isControl(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  return (code < 32 && char !== '\n' && char !== '\r' && char !== '\t') || code === 127;
}

function oneLine(text: string): string {
  return withoutControls(text).replace(/\s+/g, ' ').replaceAll('<!--', '&lt;!--').trim();
}
