import type { List, ListItem } from 'mdast';
import type { ParsedDocument } from './document.ts';
import type { Section } from './model.ts';
import { plainItems } from './plain-lists.ts';

/** An item of a list: its own lines without bullet and indentation, and what is nested in it. */
export interface Item {
  /** the paragraphs' lines, trimmed; an empty string stands between two paragraphs */
  item: string[];
  nested: Item[];
  line: number;
  endLine: number;
}

/** The items of the lists in a section, its deeper sections included. Quotes, fences and comments hold none. */
export function listItems(document: ParsedDocument, section: Section): Item[] {
  const { tree, lines } = document;
  const plain = document.plain
    ? plainItems(lines, { from: section.line + 1, to: section.endLine })
    : undefined;
  if (plain !== undefined) return plain;
  const lists = (tree(section)?.children ?? []).filter((node): node is List => {
    const line = node.position?.start.line ?? 0;
    return node.type === 'list' && line > section.line && line <= section.endLine;
  });
  return lists.flatMap((list) => itemsOf(list, lines));
}

function itemsOf(list: List, lines: readonly string[]): Item[] {
  return list.children.map((item) => readItem(item, lines));
}

function readItem(node: ListItem, lines: readonly string[]): Item {
  const own: string[] = [];
  const nested: Item[] = [];
  for (const child of node.children) {
    if (child.type === 'list') nested.push(...itemsOf(child, lines));
    if (child.type !== 'paragraph' || child.position === undefined) continue;
    const { start, end } = child.position;
    if (own.length > 0) own.push('');
    for (let line = start.line; line <= end.line; line += 1) {
      const text = lines[line - 1] ?? '';
      own.push(text.slice(line === start.line ? start.column - 1 : 0).trim());
    }
  }
  return { item: own, nested, line: node.position?.start.line ?? 1, endLine: node.position?.end.line ?? 1 };
}
