import { toError } from '../../errors.ts';
import type { Finding, Severity } from '../../types/index.ts';
import { splitLines } from '../lines.ts';
import type { LintContext, RuleReport } from '../model.ts';
import { byPlace } from './by-place.ts';
import { RULES } from './catalogue/index.ts';
import type { Rule } from './rule.ts';

export interface LintOptions {
  /** severities by rule id, in place of the rules' own; `off` leaves a rule out */
  severities?: Record<string, Severity | 'off'>;
  /** the rules to run; all of ours when it is not given */
  rules?: readonly Rule[];
}

/**
 * Reviews a change by every rule.
 *
 * @returns findings in a fixed order (file, line, rule), each at a file and a line that exist
 */
export function lint(context: LintContext, options: LintOptions = {}): Finding[] {
  const lines = lineCounts(context);
  const findings: Finding[] = [];
  for (const rule of options.rules ?? RULES) {
    const severity = options.severities?.[rule.id] ?? rule.severity;
    if (severity === 'off') continue;
    for (const finding of run(rule, severity, context)) findings.push(anchored(finding, lines));
  }
  return findings.sort(byPlace);
}

function run(rule: Rule, severity: Severity, context: LintContext): Finding[] {
  const change = context.change.id;
  try {
    return rule
      .check(context)
      .map((report: RuleReport) => ({ ...report, rule: rule.id, severity, change, why: rule.why }));
  } catch (thrown) {
    // A rule is our code: its failure is shown, and must not cost the person the other rules' findings.
    const message = `The rule ${rule.id} failed: ${toError(thrown).message}`;
    return [{ rule: 'rule-failed', severity: 'info', change, file: firstFile(context), line: 1, message }];
  }
}

function firstFile({ change }: LintContext): string {
  return change.proposal?.file ?? change.files[0]?.file ?? change.folder;
}

function lineCounts({ change }: LintContext): Map<string, number> {
  return new Map(change.files.map(({ file, text }) => [file, lineCount(text)]));
}

/** As editors count: what follows the last line's end is no line. */
function lineCount(text: string): number {
  const lines = splitLines(text);
  return lines.length > 1 && lines.at(-1) === '' ? lines.length - 1 : lines.length;
}

/** Keeps a finding inside its file: a rule that points past the end would send a person nowhere. */
function anchored(finding: Finding, lines: Map<string, number>): Finding {
  const last = lines.get(finding.file);
  if (last === undefined) return finding;
  const line = Math.min(Math.max(1, finding.line), last);
  const { endLine, ...rest } = finding;
  if (endLine === undefined) return { ...rest, line };
  return { ...rest, line, endLine: Math.min(Math.max(line, endLine), last) };
}
