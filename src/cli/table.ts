import { plain } from './plain.ts';
import type { Colour, Terminal } from './terminal.ts';

export interface Cell {
  text: string;
  colour?: Colour;
}

export interface Column<Row> {
  title: string;
  of(row: Row): string | Cell;
}

const GAP = '  ';
const NARROWEST = 8;

/** Rows under titles. On a terminal the last column is cut so that every row is one line; in a pipe nothing is cut. */
export function renderTable<Row>(
  terminal: Pick<Terminal, 'columns' | 'paint'>,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string {
  const titles = columns.map((column): Cell => ({ text: column.title, colour: 'dim' }));
  const cells = rows.map((row) => columns.map((column) => toCell(column.of(row))));
  const widths = columns.map((_, index) =>
    Math.max(...[titles, ...cells].map((line) => widthOf(line[index]))),
  );
  const last = columns.length - 1;
  if (terminal.columns !== undefined) {
    const before = widths.slice(0, last).reduce((sum, width) => sum + width + GAP.length, 0);
    widths[last] = Math.min(widths[last] ?? 0, Math.max(terminal.columns - before, NARROWEST));
  }
  const line = (row: readonly Cell[]) =>
    row
      .map(({ text, colour }, index) => {
        const width = widths[index] ?? 0;
        const cut =
          index === last
            ? cutTo(text, terminal.columns === undefined ? Number.POSITIVE_INFINITY : width)
            : text;
        const padding = index === last ? '' : ' '.repeat(Math.max(width - displayWidth(cut), 0));
        return `${colour === undefined ? cut : terminal.paint(cut, colour)}${padding}`;
      })
      .join(GAP)
      .trimEnd();
  return [titles, ...cells].map((row) => `${line(row)}\n`).join('');
}

function toCell(value: string | Cell): Cell {
  return typeof value === 'string' ? { text: plain(value) } : { ...value, text: plain(value.text) };
}

function widthOf(cell: Cell | undefined): number {
  return displayWidth(cell?.text ?? '');
}

function cutTo(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let cut = '';
  let used = 0;
  for (const char of text) {
    used += displayWidth(char);
    if (used > width - 1) break;
    cut += char;
  }
  return `${cut}…`;
}

/** Columns that a text takes: East Asian wide characters and emoji take two. */
function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) width += isWide(char.codePointAt(0) ?? 0) ? 2 : 1;
  return width;
}

function isWide(code: number): boolean {
  if (code < 0x1100) return false;
  return (
    code <= 0x115f ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}
