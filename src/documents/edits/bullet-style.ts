import type { ListItem } from 'mdast';
import { nestedLists, type QuestionItem } from './open-questions.ts';

/** How a nested bullet is written: the blanks before it, and its mark. */
export interface BulletStyle {
  indent: string;
  mark: string;
}

/**
 * The style that a nested bullet of this item takes: that of the bullets it has already, else the indent that other
 * items of the list use where it fits this one, else the width of the item's own mark.
 */
export function nestedStyle(
  item: QuestionItem,
  all: readonly QuestionItem[],
  texts: readonly string[],
): BulletStyle {
  const own = childStyle(item.node, texts);
  if (own !== undefined) return own;
  const parent = markOf(item.node, texts);
  const width = contentColumn(item.node) - 1;
  const fallback = {
    indent: parent.indent + ' '.repeat(Math.max(1, width - columns(parent.indent))),
    mark: bulletOf(parent.mark),
  };
  for (const other of all) {
    const style = childStyle(other.node, texts);
    if (style !== undefined && fits(style.indent, width)) return style;
  }
  return fallback;
}

/** A bullet belongs to an item when it stands at the item's text or up to three columns to its right. */
function fits(indent: string, width: number): boolean {
  const at = columns(indent);
  return at >= width && at < width + 4;
}

function childStyle(item: ListItem, texts: readonly string[]): BulletStyle | undefined {
  const child = nestedLists(item).at(-1)?.children.at(-1);
  if (child === undefined || child.position?.start.line === item.position?.start.line) return undefined;
  const style = markOf(child, texts);
  return { indent: style.indent, mark: bulletOf(style.mark) };
}

function markOf(item: ListItem, texts: readonly string[]): BulletStyle {
  const line = texts[(item.position?.start.line ?? 1) - 1] ?? '';
  const indent = line.slice(0, line.length - line.trimStart().length);
  const mark = line.trimStart().split(/[ \t]/, 1)[0] ?? '-';
  return { indent, mark };
}

/** A numbered item nests a dash: the next number would be a guess. */
function bulletOf(mark: string): string {
  return mark === '*' || mark === '+' ? mark : '-';
}

function contentColumn(item: ListItem): number {
  const first = item.children[0]?.position?.start;
  const start = item.position?.start;
  if (start === undefined) return 3;
  // An item that begins with a blank line or with code has its text two columns after its own start.
  return first === undefined || first.line !== start.line
    ? start.column + 2
    : Math.min(first.column, start.column + 8);
}

/** Width of blanks as Markdown counts them: a tab goes to the next column that is a multiple of four. */
function columns(blanks: string): number {
  let width = 0;
  for (const char of blanks) width += char === '\t' ? 4 - (width % 4) : 1;
  return width;
}
