import type { Root } from 'mdast';
import { markdownHazard, parseBlocks } from '../../openspec/markdown.ts';
import type { Section } from '../../openspec/model.ts';
import { readSections } from '../../openspec/sections.ts';
import { type DocumentText, textsOf } from './document-text.ts';

/** The blocks of a document, at line numbers from 1. */
export interface Outline {
  tree: Root;
  sections: Section[];
  texts: string[];
}

/** Undefined when the text must not reach the Markdown parser (nested absurdly deep). */
export function outlineOf(document: DocumentText): Outline | undefined {
  const texts = textsOf(document);
  if (markdownHazard(texts) !== undefined) return undefined;
  const tree = parseBlocks(texts);
  return { tree, texts, sections: readSections(tree, texts) };
}

/**
 * True when every heading of `before`, but those on the lines of `replaced`, stands in `after` in the same order, with
 * only headings on the lines of `fresh` between them. An edit that opens a fence or a comment it does not close would
 * swallow what follows; this is where it is caught.
 */
export function headingsKept(
  before: Outline,
  after: Outline,
  { replaced, fresh }: { replaced: LineRange; fresh: LineRange },
): boolean {
  const kept = titles(before, replaced);
  const now = titles(after, fresh);
  return kept.length === now.length && kept.every((title, index) => title === now[index]);
}

/** Lines counted from 1, `to` exclusive. */
export interface LineRange {
  from: number;
  to: number;
}

function titles({ sections }: Outline, apartFrom: LineRange): string[] {
  return sections
    .filter(({ line }) => line < apartFrom.from || line >= apartFrom.to)
    .map(({ level, title }) => `${level} ${title}`);
}
