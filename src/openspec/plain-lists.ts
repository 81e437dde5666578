import type { Item } from './list-items.ts';
import { commentEnd, opensComment } from './plain-headings.ts';

/** An item that may still get lines, with the column at which its content starts. */
interface OpenItem {
  item: Item;
  content: number;
}

/**
 * The list items in the lines `from` to `to` (counted from 1, inclusive) by the lines alone, or undefined where only a
 * Markdown parser can tell: anything but bullets, numbers, paragraphs and headings, or a line that continues another one
 * without its indentation. The lines must not start within another block.
 */
export function plainItems(
  lines: readonly string[],
  { from, to }: { from: number; to: number },
): Item[] | undefined {
  const items: Item[] = [];
  let open: OpenItem[] = [];
  let inParagraph = false;
  for (let number = from; number <= to; number += 1) {
    const line = lines[number - 1] ?? '';
    const indent = line.length - line.trimStart().length;
    const text = line.trim();
    if (isBlank(line)) {
      inParagraph = false;
      continue;
    }
    if (/^#{1,6}(?: |$)/.test(line) || opensComment(line)) {
      if (opensComment(line)) number = commentEnd(lines, number - 1) + 1;
      open = [];
      inParagraph = false;
      continue;
    }
    if (isUncertain(line, text)) return undefined;
    const marker = /^(?:[-*+]|\d{1,9}[.)]) {1,4}(?=[^ ])/.exec(text)?.[0];
    if (marker === undefined && looksLikeMarker(text)) return undefined;
    const within = open.filter(({ content }) => content <= indent);
    const relative = indent - (within.at(-1)?.content ?? 0);
    if (marker === undefined) {
      if (inParagraph ? within.length < open.length : relative > 3) return undefined;
      append(within, { text, number, inParagraph });
      open = within;
      inParagraph = true;
      continue;
    }
    const content = text.slice(marker.length);
    const interrupts = inParagraph && within.length === open.length;
    if (relative > 3 || (interrupts && !/^(?:[-*+]|1[.)]) /.test(marker)) || opensBlock(content))
      return undefined;
    const item = { item: [content], nested: [], line: number, endLine: number };
    (within.at(-1)?.item.nested ?? items).push(item);
    for (const outer of within) outer.item.endLine = number;
    open = [...within, { item, content: indent + marker.length }];
    inParagraph = true;
  }
  return items;
}

function append(open: readonly OpenItem[], at: { text: string; number: number; inParagraph: boolean }): void {
  const own = open.at(-1)?.item.item;
  if (own === undefined) return;
  if (!at.inParagraph) own.push('');
  own.push(at.text);
  for (const { item } of open) item.endLine = at.number;
}

function isBlank(line: string): boolean {
  return /^ *$/.test(line);
}

/** A tab, white space that Markdown does not know, another kind of block, a line of marks (rules, underlines). */
function isUncertain(line: string, text: string): boolean {
  return /[^\S ]|\0|\u0085/.test(line) || startsBlock(text) || /^[-_*=+ ]+$/.test(text);
}

function startsBlock(text: string): boolean {
  return /^(?:[#><]|```|~~~)/.test(text);
}

function looksLikeMarker(text: string): boolean {
  return /^(?:[-*+]|\d{1,9}[.)])(?: |$)/.test(text);
}

/** What stands right after a bullet may open a block of its own. */
function opensBlock(content: string): boolean {
  return startsBlock(content) || looksLikeMarker(content) || /^[-_*=+ ]+$/.test(content);
}
