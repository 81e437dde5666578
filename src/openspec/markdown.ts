import type { Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { withoutFrontMatter } from './markdown-hazard.ts';

export { markdownHazard } from './markdown-hazard.ts';

/**
 * Only the blocks of a document matter here (headings, lists, fences, comments), so everything within a line is left
 * unparsed: that is where a Markdown parser is slow, and where hostile input makes it slower than linear.
 */
const inlineConstructs = [
  'attention',
  'autolink',
  'characterEscape',
  'characterReference',
  'codeText',
  'definition',
  'hardBreakEscape',
  'htmlText',
  'labelEnd',
  'labelStartImage',
  'labelStartLink',
];

/** The block tree of a document. Lines of a YAML front matter count, but are no Markdown. */
export function parseBlocks(lines: readonly string[]): Root {
  const body = withoutFrontMatter(lines).join('\n');
  return fromMarkdown(body, { extensions: [{ disable: { null: inlineConstructs } }] });
}
