import type { List, ListItem, Paragraph } from 'mdast';
import { sectionsNamed } from '../../openspec/sections.ts';
import type { Outline } from './outline.ts';

const titles = ['open questions', 'questions'];

/** A bullet or numbered item that asks something, at lines from 1. */
export interface QuestionItem {
  node: ListItem;
  line: number;
  /** last line of the item, nested bullets included */
  endLine: number;
  /** its own words: the first paragraph, then all of the item */
  words: string[];
  /** what says that it is answered already */
  answered: boolean;
}

export function questionItems(outline: Outline): QuestionItem[] {
  const items = new Map<number, QuestionItem>();
  for (const section of sectionsNamed(outline.sections, titles)) {
    for (const node of outline.tree.children) {
      const line = node.position?.start.line ?? 0;
      if (node.type !== 'list' || line <= section.line || line > section.endLine) continue;
      for (const item of itemsOf(node, outline.texts)) items.set(item.line, item);
    }
  }
  return [...items.values()];
}

/** The words without marks of emphasis, checkbox and line breaks: what two spellings of one question share. */
export function plainWords(text: string): string {
  return withoutCheckbox(text.normalize('NFC').trim())
    .replace(/[*_`~]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** True for a nested bullet that gives an answer: `**Answer** …`, `Answer: …`, `→ …`. */
export function opensAnswer(text: string): boolean {
  const words = plainWords(text).toLowerCase();
  return words.startsWith('→') || words === 'answer' || /^answer(?:ed)? ?[:(]/.test(words);
}

export function nestedLists(item: ListItem): List[] {
  return item.children.filter((child): child is List => child.type === 'list');
}

/** The text of an item's first line, without its bullet. */
export function firstLine(item: ListItem, texts: readonly string[]): string {
  const start = item.children[0]?.position?.start;
  return start === undefined ? '' : (texts[start.line - 1] ?? '').slice(start.column - 1);
}

function itemsOf(list: List, texts: readonly string[]): QuestionItem[] {
  return list.children.flatMap((node) => {
    if (node.position === undefined) return [];
    const { start, end } = node.position;
    const head = node.children.find((child): child is Paragraph => child.type === 'paragraph');
    const words = [head, node].map((part) => plainWords(sourceOf(part, texts)));
    return [{ node, line: start.line, endLine: end.line, words, answered: isAnswered(node, texts) }];
  });
}

function isAnswered(item: ListItem, texts: readonly string[]): boolean {
  const opening = firstLine(item, texts).trim();
  if (opening.startsWith('[x]') || opening.startsWith('[X]')) return true;
  if (opening.startsWith('~~') && opening.indexOf('~~', 2) !== -1) return true;
  const nested = nestedLists(item).flatMap((list) => list.children.map((child) => firstLine(child, texts)));
  return nested.some(opensAnswer);
}

function sourceOf(node: Paragraph | ListItem | undefined, texts: readonly string[]): string {
  const start = node?.type === 'listItem' ? node.children[0]?.position?.start : node?.position?.start;
  const end = node?.position?.end;
  if (start === undefined || end === undefined) return '';
  const first = (texts[start.line - 1] ?? '').slice(start.column - 1);
  return [first, ...texts.slice(start.line, end.line)].join(' ');
}

function withoutCheckbox(text: string): string {
  return /^\[[ xX]\]/.test(text) ? text.slice(3) : text;
}
