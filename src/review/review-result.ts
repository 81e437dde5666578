import { byPlace } from '../openspec/rules/by-place.ts';
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
