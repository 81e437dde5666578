import type { Finding, Severity } from '../../types/index.ts';
import type { ReviewResult } from '../review-result.ts';
import { groupBy } from './group-by.ts';
import { count, printable } from './printable.ts';

const COLOURS: Record<Severity | 'file' | 'dim', string> = {
  error: '31',
  warning: '33',
  info: '36',
  file: '1',
  dim: '2',
};

/** For a terminal: files in bold, a line a finding with `line  severity  message  rule`, and the sum at the end. */
export function renderText(result: ReviewResult, color: boolean): string {
  const paint = (text: string, as: keyof typeof COLOURS) =>
    color ? `\u001b[${COLOURS[as]}m${text}\u001b[0m` : text;
  const lines: string[] = [];
  for (const [file, findings] of groupBy(result.findings, (finding) => finding.file)) {
    lines.push(paint(printable(file), 'file'));
    const width = Math.max(...findings.map((finding) => `${finding.line}`.length));
    for (const finding of findings) lines.push(findingLine(finding, width, paint));
    lines.push('');
  }
  lines.push(summaryLine(result));
  return `${lines.join('\n')}\n`;
}

function findingLine(
  finding: Finding,
  width: number,
  paint: (text: string, as: keyof typeof COLOURS) => string,
): string {
  const line = `${finding.line}`.padStart(width);
  const severity = paint(finding.severity.padEnd('warning'.length), finding.severity);
  return `  ${line}  ${severity}  ${printable(finding.message)}  ${paint(printable(finding.rule), 'dim')}`;
}

function summaryLine({ changes, summary }: ReviewResult): string {
  const reviewed = `${count(changes.length, 'change')} reviewed`;
  if (summary.error + summary.warning + summary.info === 0) return `${reviewed}: nothing found`;
  return `${reviewed}: ${count(summary.error, 'error')}, ${count(summary.warning, 'warning')}, ${summary.info} info`;
}
