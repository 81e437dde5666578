import { describe, expect, it } from 'vitest';
import { age } from '../../src/cli/age.ts';
import { renderTable } from '../../src/cli/table.ts';
import { wantsColor } from '../../src/cli/terminal.ts';

const paint = (text: string) => text;
const columns = [
  { title: 'ID', of: (row: { id: string; text: string }) => row.id },
  { title: 'TEXT', of: (row: { id: string; text: string }) => row.text },
];

describe('a table', () => {
  it('cuts the last column so that every row is one line of the terminal', () => {
    const table = renderTable({ columns: 20, paint }, columns, [
      { id: 'a', text: 'short' },
      { id: 'long-id', text: 'a text that does not fit' },
      { id: 'b', text: '日本語の長い文章です' },
    ]);
    expect(table).toBe('ID       TEXT\na        short\nlong-id  a text tha…\nb        日本語の長…\n');
  });

  it('cuts nothing in a pipe', () => {
    const text = 'x'.repeat(500);
    expect(renderTable({ columns: undefined, paint }, columns, [{ id: 'a', text }])).toContain(text);
  });

  it('makes one line of a text that has several', () => {
    expect(renderTable({ columns: undefined, paint }, columns, [{ id: 'a\nb', text: 'c\r\u001b[2Jd' }])).toBe(
      'ID   TEXT\na b  c  [2Jd\n',
    );
  });
});

describe('colours', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('on a terminal: %s, with %j: %s', (isTty, env, expected) => {
    expect(wantsColor(isTty, env)).toBe(expected);
  });
});

it('an age is said in its largest unit', () => {
  const at = (seconds: number) =>
    age('2026-11-23T10:00:00Z', Date.parse('2026-11-23T10:00:00Z') + seconds * 1000);
  expect([at(-5), at(59), at(60), at(7199), at(90_000)]).toEqual(['0s', '59s', '1m', '1h', '1d']);
});
