import type { Finding } from '../../types/index.ts';

/** Orders findings by file, line, rule and words: by code unit, not by locale, to be the same on every machine. */
export function byPlace(a: Finding, b: Finding): number {
  return (
    compare(a.file, b.file) || a.line - b.line || compare(a.rule, b.rule) || compare(a.message, b.message)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
