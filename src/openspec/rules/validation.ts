import type { Finding, Severity } from '../../types/index.ts';
import type { ValidationIssue } from '../validate.ts';

const SEVERITIES: Record<ValidationIssue['level'], Severity> = {
  ERROR: 'error',
  WARNING: 'warning',
  INFO: 'info',
};

/** What OpenSpec's strict validation says, as findings of the rule `openspec-strict`. */
export function fromValidation(changeId: string, issues: readonly ValidationIssue[]): Finding[] {
  return issues.map(({ level, file, line, message }) => ({
    rule: 'openspec-strict',
    severity: SEVERITIES[level],
    file,
    line: Math.max(1, line),
    change: changeId,
    message,
  }));
}
