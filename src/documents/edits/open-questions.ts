import type { List, ListItem } from 'mdast';
import type { OpenQuestion } from '../../openspec/model.ts';
import { readOpenQuestions } from '../../openspec/open-questions.ts';
import type { Outline } from './outline.ts';

/** A question of the document, as the reader of OpenSpec folders sees it, with its place in the Markdown tree. */
export interface QuestionItem extends OpenQuestion {
  node: ListItem;
}

/** Read by the same reader that raised the question: what it calls answered is answered here. */
export function questionItems({ tree, sections, texts }: Outline): QuestionItem[] {
  const nodes = new Map(
    tree.children
      .filter((node): node is List => node.type === 'list')
      .flatMap(({ children }) => children.map((item) => [item.position?.start.line ?? 0, item])),
  );
  const document = { file: '', text: '', sizeBytes: 0, hash: '', sections };
  const seen = new Map<number, QuestionItem>();
  for (const question of readOpenQuestions({ document, lines: texts, tree: () => tree })) {
    const node = nodes.get(question.line);
    if (node !== undefined) seen.set(question.line, { ...question, node });
  }
  return [...seen.values()];
}

/** The words without marks of emphasis, checkbox and line breaks: what two spellings of one question share. */
export function plainWords(text: string): string {
  return withoutCheckbox(text.normalize('NFC').trim())
    .replace(/[*_`~]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** True when these are the words of the question, with or without the choices nested under it. */
export function asks(item: QuestionItem, question: string): boolean {
  const wanted = plainWords(question);
  const [first = ''] = item.text.split('\n');
  return plainWords(item.text) === wanted || plainWords(first) === wanted;
}

export function nestedLists(item: ListItem): List[] {
  return item.children.filter((child): child is List => child.type === 'list');
}

function withoutCheckbox(text: string): string {
  return /^\[[ xX]\]/.test(text) ? text.slice(3) : text;
}
