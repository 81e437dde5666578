import fc from 'fast-check';
import { expect, it } from 'vitest';
import { QuotableDocument, withoutLineNumbers } from '../../src/review/analysis/quotation.ts';
import { oneLine, visibleLines } from '../../src/review/analysis/untrusted-text.ts';

const nonce = 'n0nce7';
const hidden = fc.constantFrom(
  '\u200b',
  '\u202e',
  '\ufeff',
  '\u{e0041}',
  '\u0000',
  '\u001b',
  '\u2028',
  '\u00ad',
);
const marks = fc.constantFrom(
  '<|im_start|>',
  '<|',
  '|>',
  '[INST]',
  '[inst]',
  '<think>',
  '<s>',
  nonce,
  `<<<${nonce} end>>>`,
);
const text = fc
  .array(fc.oneof(hidden, marks, fc.string(), fc.constant('\n')), { maxLength: 40 })
  .map((parts) => parts.join(''));

it('no text keeps an invisible character, a template mark or our marker, and none loses a line', () => {
  fc.assert(
    fc.property(text, (raw) => {
      const lines = visibleLines(raw, nonce);
      expect(lines).toHaveLength(raw.split('\n').length);
      const seen = lines.join('\n');
      for (const mark of [
        '\u200b',
        '\u202e',
        '\ufeff',
        '\u{e0041}',
        '\u0000',
        '\u001b',
        '\u2028',
        '\u00ad',
        nonce,
      ]) {
        expect(seen).not.toContain(mark);
      }
      for (const mark of ['<|', '|>', '[inst]', '<think>', '<s>'])
        expect(seen.toLowerCase()).not.toContain(mark);
    }),
    { numRuns: 2000 },
  );
});

it('ordinary writing in any script is left as it is', () => {
  const prose = [
    'Größe ≥ 10 € – “ok”',
    '要件: 注文は十年間',
    'نص عربي',
    'naïve café 🙂',
    '| a | b |',
    '<div> 3 < 4',
  ];
  expect(visibleLines(prose.join('\n'), nonce)).toEqual(prose);
});

it('a quotation is found whatever its white space, and only where its words stand', () => {
  const document = new QuotableDocument('one two\n\nthree   four\nfive\none two\n', nonce);
  expect(document.lineOf('three four five', 1)).toBe(3);
  expect(document.lineOf('one two', 5)).toBe(5);
  expect(document.lineOf('one two', 1)).toBe(1);
  expect(document.lineOf('"three four"', 1)).toBe(3);
  expect(document.lineOf('3| three   four', 1)).toBe(3);
  expect(document.lineOf('three five', 1)).toBeUndefined();
  expect(document.lineOf('wo', 1)).toBeUndefined();
});

it('every line of a document can be quoted, and is found on that line or an equal one', () => {
  const words = fc.array(fc.constantFrom('alpha', 'beta', 'gamma', 'delta'), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(words, { minLength: 1, maxLength: 20 }), fc.nat(), (all, pick) => {
      const lines = all.map((some) => some.join(' '));
      const line = pick % lines.length;
      const found = new QuotableDocument(lines.join('\n'), nonce).lineOf(lines[line] ?? '', line + 1);
      expect(found).toBe(line + 1);
    }),
  );
});

it('line numbers are taken from quotations, and nothing else is', () => {
  expect(withoutLineNumbers('12| a\n13| b')).toBe('a\nb');
  expect(withoutLineNumbers('| a | b |\n12 items')).toBe('| a | b |\n12 items');
});

it('one line is one line, and ends where it should', () => {
  expect(oneLine(' a\n\tb\u001b[0m ', 20)).toBe('a b[0m');
  expect(oneLine('x'.repeat(30), 10)).toBe(`${'x'.repeat(9)}…`);
});
