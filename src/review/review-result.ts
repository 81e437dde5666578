import { countFindings, type Finding, type FindingCounts } from '../types/finding.ts';

/** What `specloop review --format json` prints. `root` is the absolute path of the OpenSpec folder. */
export interface ReviewResult {
  version: 1;
  root: string;
  /** the reviewed changes' ids */
  changes: string[];
  findings: Finding[];
  summary: FindingCounts;
}

/** Gathers findings of one or more changes in a fixed order: file, line, rule. */
export function reviewResult(
  root: string,
  changes: readonly string[],
  findings: readonly Finding[],
): ReviewResult {
  const sorted = findings.toSorted(byPlace);
  return { version: 1, root, changes: [...changes], findings: sorted, summary: countFindings(sorted) };
}

/** By code unit, not by locale: the order must be the same on every machine. */
export function byPlace(a: Finding, b: Finding): number {
  return (
    compare(a.file, b.file) || a.line - b.line || compare(a.rule, b.rule) || compare(a.message, b.message)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
