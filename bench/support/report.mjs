import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

export function median(values) {
  return percentile(values, 50);
}

/** The nearest-rank percentile. */
export function percentile(values, percent) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}

/** Prints rows of an object each, for people. */
export function printTable(title, rows) {
  console.log(`\n${title}\n`);
  const names = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => names.map((name) => shown(row[name])));
  const widths = names.map((name, at) => Math.max(name.length, ...cells.map((row) => row[at].length)));
  const line = (texts) =>
    console.log(`  ${texts.map((text, at) => text.padEnd(widths[at])).join('  ')}`.trimEnd());
  line(names);
  line(widths.map((width) => '-'.repeat(width)));
  for (const row of cells) line(row);
}

/** The last line of every bench: one JSON document for programs. */
export function printFigures(bench, figures) {
  const rounded = Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => [name, Number(figure.toPrecision(4))]),
  );
  console.log(`\n${JSON.stringify({ bench, version, figures: rounded })}`);
}

function shown(value) {
  if (typeof value !== 'number') return String(value ?? '');
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
