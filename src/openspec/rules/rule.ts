import type { Severity } from '../../types/index.ts';
import type { LintContext, RuleReport } from '../model.ts';

/**
 * One thing that the reviewer knows to be wrong with a change. A rule is pure: the same context gives the same
 * reports, and it takes time linear in the size of the documents.
 */
export interface Rule {
  /** stable, kebab-case: people write it into their configuration */
  id: string;
  severity: Severity;
  /** what it finds, in one sentence */
  summary: string;
  /** what goes wrong later when it stays */
  why: string;
  /**
   * The smallest documents that have the defect. Each file starts with a line `=== <path below the change>` (or
   * `=== /<path below the root>` for a file outside it); files that are not given are those of a clean change.
   */
  bad: string;
  /** the same documents without the defect */
  good: string;
  check(context: LintContext): RuleReport[];
}
