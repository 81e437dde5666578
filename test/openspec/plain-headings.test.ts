import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/openspec/document.ts';
import { listItems } from '../../src/openspec/list-items.ts';
import { parseBlocks } from '../../src/openspec/markdown.ts';
import { withoutFrontMatter } from '../../src/openspec/markdown-hazard.ts';
import { withMarkdownParser } from '../../src/openspec/markdown-parser.ts';
import { plainHeadings } from '../../src/openspec/plain-headings.ts';
import { readSections, sectionsOf } from '../../src/openspec/sections.ts';

const indents = ['', '', '', '', ' ', '  ', '   ', '    ', '      ', '\t', ' \t', '\u00a0'];
const containers = [
  '',
  '',
  '',
  '',
  '',
  '',
  '- ',
  '* ',
  '1. ',
  '10) ',
  '> ',
  '- > ',
  '- - ',
  '-   ',
  '-',
  '>',
];
const contents = [
  '',
  '',
  'text',
  '# One',
  '## Two',
  '###### Six ',
  '####### seven',
  '#tag',
  '#',
  '## closed ##',
  '## C#',
  '#\ttab\there',
  '---',
  '===',
  '-',
  '***',
  '```',
  '```',
  '```js',
  '``` a`b',
  '````',
  '~~~',
  '~~~~ x',
  '``',
  'text ```',
  '- > 1) ~~~',
  '<!-- a -->',
  '<!-- open',
  'close -->',
  '<!-->',
  '<!--->',
  '<!---->',
  '<div>',
  '</div>',
  '<pre>',
  '<b>bold</b>',
  '<?php',
  '| a | b |',
  '|---|---|',
  '[a]: b',
  '\\# no',
  '    code',
  'x\u00a0',
  '\u2028',
];
const line = fc
  .tuple(fc.constantFrom(...indents), fc.constantFrom(...containers), fc.constantFrom(...contents))
  .map((parts) => parts.join(''));

describe('reading headings from lines alone', () => {
  it('gives what the Markdown parser gives, or says that it cannot tell', () => {
    let told = 0;
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const headings = plainHeadings(withoutFrontMatter(lines));
        if (headings === undefined) return;
        told += 1;
        expect(sectionsOf(headings, lines)).toEqual(readSections(parseBlocks(lines), lines));
      }),
      { numRuns: 3_000 },
    );
    expect(told).toBeGreaterThan(100);
  });

  it('lets the lists of a section be read without the rest of the document', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
        const bytes = Buffer.from(['# Top', '- first', ...lines, '## Last', '- item'].join('\n'));
        const file = { file: 'a.md', bytes, sizeBytes: bytes.length, hash: '', mtimeMs: 0 };
        const read = await withMarkdownParser(() => parseDocument(file));
        const parsed = { ...read, plain: false };
        const whole = { ...parsed, tree: () => parseBlocks(parsed.lines) };
        for (const section of parsed.document.sections) {
          const items = await withMarkdownParser(() => listItems(parsed, section));
          expect(items).toEqual(listItems(whole, section));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('needs no parser for documents as people write them', () => {
    const lines = [
      '# Title',
      '',
      'Text with `code` and <b>tags</b>.',
      '- item',
      '  ```sh',
      '  # no heading',
      '  ```',
      '## Second',
      '```md',
      '## shown',
      '```',
      '<!--',
      '## hidden',
      '-->',
      '---',
    ];
    const spaced = lines.flatMap((text) => (text === '---' ? ['', text] : [text]));
    expect(plainHeadings(spaced)?.map(({ title, line }) => [title, line])).toEqual([
      ['Title', 1],
      ['Second', 8],
    ]);
  });

  it.each([
    ['an underlined heading', ['Title', '---']],
    ['an indented heading', ['  # Title']],
    ['HTML', ['<div>', '# Title']],
    ['a fence in a bullet', ['- ```', '# Title']],
    ['an indented fence with a line that is not', ['  ```', '# Title', '  ```']],
    ['marks that may close a heading', ['# Title #']],
  ])('leaves %s to the parser', (_what, lines) => {
    expect(plainHeadings(lines)).toBeUndefined();
  });
});
