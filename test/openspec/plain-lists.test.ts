import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listItems } from '../../src/openspec/list-items.ts';
import { parseBlocks } from '../../src/openspec/markdown.ts';
import { plainItems } from '../../src/openspec/plain-lists.ts';

const indents = ['', '', '', ' ', '  ', '  ', '   ', '    ', '     ', '        ', '\t'];
const markers = [
  '',
  '',
  '',
  '- ',
  '- ',
  '* ',
  '+  ',
  '1. ',
  '2. ',
  '10) ',
  '-',
  '1.',
  '-     ',
  '- - ',
  '> ',
];
const contents = [
  '',
  '',
  'text',
  'more text',
  '**bold** words',
  '*emphasis*',
  '[ ] box',
  '---',
  '===',
  '***',
  '* * *',
  '-',
  '# heading',
  '## Two',
  '#tag',
  '```',
  '<!-- a -->',
  '<!-- open',
  'close -->',
  '<!-->',
  '<b>',
  '1.5 is a number',
  'trailing  ',
  'a\\',
  '\u00a0',
  'x\u00a0',
];
const line = fc
  .tuple(fc.constantFrom(...indents), fc.constantFrom(...markers), fc.constantFrom(...contents))
  .map((parts) => parts.join(''));

/** A section without headings in it: which lines are headings is told elsewhere. */
function section(lines: readonly string[]) {
  return { title: '', level: 1, line: 0, endLine: lines.length, body: '', bodyLine: 0 };
}

function itemsOfParser(lines: readonly string[]) {
  const document = { file: '', text: '', sizeBytes: 0, hash: '', sections: [] };
  return listItems({ document, lines, tree: () => parseBlocks(lines) }, section(lines));
}

describe('reading lists from lines alone', () => {
  it('gives what the Markdown parser gives, or says that it cannot tell', () => {
    let told = 0;
    fc.assert(
      fc.property(fc.array(line, { maxLength: 9 }), (lines) => {
        if (lines[0]?.trimEnd() === '---') return;
        const items = plainItems(lines, { from: 1, to: lines.length });
        if (items === undefined) return;
        told += 1;
        expect(items).toEqual(itemsOfParser(lines));
      }),
      { numRuns: 3_000 },
    );
    expect(told).toBeGreaterThan(100);
  });

  it('needs no parser for lists as people write them', () => {
    const lines = [
      'Before.',
      '- one',
      '  goes on',
      '',
      '  and has a second paragraph',
      '  1. nested',
      '- [x] two',
      '',
      'After.',
    ];
    expect(plainItems(lines, { from: 1, to: lines.length })).toEqual([
      {
        item: ['one', 'goes on', '', 'and has a second paragraph'],
        nested: [{ item: ['nested'], nested: [], line: 6, endLine: 6 }],
        line: 2,
        endLine: 6,
      },
      { item: ['[x] two'], nested: [], line: 7, endLine: 7 },
    ]);
  });

  it.each([
    ['a line that goes on without indentation', ['- one', 'goes on']],
    ['a number that does not begin a list', ['text', '2. no item']],
    ['a fence', ['- one', '  ```', '  - code', '  ```']],
    ['indented code', ['- one', '', '          code']],
    ['a quote in an item', ['- > quoted']],
  ])('leaves %s to the parser', (_what, lines) => {
    expect(plainItems(lines, { from: 1, to: lines.length })).toBeUndefined();
  });
});
