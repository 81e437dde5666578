import { fenceMask, splitLines } from '../../lines.ts';

export interface Sentence {
  text: string;
  /** where it starts, from 1 */
  line: number;
}

const ABBREVIATIONS = new Set(['e.g', 'i.e', 'etc', 'vs', 'cf', 'approx', 'no', 'fig']);

/**
 * The sentences of a Markdown text. A paragraph, a list item and a table row end a sentence as a full stop does; a
 * sentence that runs over several lines is one. Code blocks are left out, code spans are kept.
 */
export function sentences(text: string, firstLine = 1): Sentence[] {
  return blocks(text, firstLine).flatMap(splitBlock);
}

interface Block {
  text: string;
  /** offset in `text` where each line starts, with its number */
  starts: { offset: number; line: number }[];
}

function blocks(text: string, firstLine: number): Block[] {
  const found: Block[] = [];
  const lines = splitLines(text);
  const fenced = fenceMask(lines);
  let block: { parts: string[]; length: number; starts: Block['starts'] } | undefined;
  const close = () => {
    if (block !== undefined) found.push({ text: block.parts.join(' '), starts: block.starts });
    block = undefined;
  };
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (fenced[index] || line === '') {
      close();
      continue;
    }
    const words = withoutBullet(line);
    if (words !== line || line.startsWith('|') || line.startsWith('#')) close();
    block ??= { parts: [], length: 0, starts: [] };
    block.starts.push({ offset: block.length, line: firstLine + index });
    block.parts.push(words);
    block.length += words.length + 1;
  }
  close();
  return found;
}

/** A list item's text without its bullet or number. */
function withoutBullet(line: string): string {
  return line.replace(/^(?:[-*+]|\d{1,4}[.)])\s+/, '');
}

function splitBlock({ text, starts }: Block): Sentence[] {
  const found: Sentence[] = [];
  let from = 0;
  let inCode = false;
  let lineIndex = 0;
  const push = (end: number) => {
    const sentence = text.slice(from, end).trim();
    while ((starts[lineIndex + 1]?.offset ?? Number.POSITIVE_INFINITY) <= from) lineIndex += 1;
    if (sentence !== '') found.push({ text: sentence, line: starts[lineIndex]?.line ?? 1 });
    from = end;
  };
  for (const { index: at, 0: char } of text.matchAll(/[`.!?]/g)) {
    if (char === '`') inCode = !inCode;
    if (inCode || !endsSentence(text, at)) continue;
    push(at + 1);
    // The blank after the full stop belongs to neither: it could lie on the line before.
    while (text.charAt(from) === ' ') from += 1;
  }
  push(text.length);
  return found;
}

function endsSentence(text: string, at: number): boolean {
  const char = text.charAt(at);
  if (char !== '.' && char !== '!' && char !== '?') return false;
  if (text.charAt(at + 1) !== ' ') return false;
  const next = text.charAt(at + 2);
  if (next === '' || next === next.toUpperCase()) {
    const word = text.slice(Math.max(0, text.lastIndexOf(' ', at) + 1), at).toLowerCase();
    return !ABBREVIATIONS.has(word.replace('(', ''));
  }
  return false;
}
