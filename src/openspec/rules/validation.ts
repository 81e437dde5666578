import type { Finding, Severity } from '../../types/index.ts';

/** An issue of OpenSpec's own validator, at a file relative to the root and a line from 1. */
export interface ValidatorIssue {
  level: 'ERROR' | 'WARNING' | 'INFO';
  file: string;
  line: number;
  message: string;
}

const SEVERITIES: Record<ValidatorIssue['level'], Severity> = {
  ERROR: 'error',
  WARNING: 'warning',
  INFO: 'info',
};

/** What OpenSpec's strict validation says, as findings of the rule `openspec-strict`. */
export function fromValidation(changeId: string, issues: readonly ValidatorIssue[]): Finding[] {
  return issues.map(({ level, file, line, message }) => ({
    rule: 'openspec-strict',
    severity: SEVERITIES[level],
    file,
    line: Math.max(1, line),
    change: changeId,
    message,
  }));
}
