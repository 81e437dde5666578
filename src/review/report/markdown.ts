import type { Finding, Severity } from '../../types/index.ts';
import type { ReviewResult } from '../review-result.ts';
import { groupBy } from './group-by.ts';
import { count, printable } from './printable.ts';

const ORDER: readonly Severity[] = ['error', 'warning', 'info'];

/** For a pull request's comment: a section a change, a table a section, the worst first. */
export function renderMarkdown(result: ReviewResult): string {
  const { error, warning, info } = result.summary;
  const head = [
    '# Review',
    '',
    `${count(result.changes.length, 'change')}: ${count(error, 'error')}, ${count(warning, 'warning')}, ${info} info.`,
  ];
  const byChange = groupBy(result.findings, (finding) => finding.change);
  const sections = result.changes.flatMap((change) => section(change, byChange.get(change) ?? []));
  return `${[...head, ...sections].join('\n')}\n`;
}

function section(change: string, findings: readonly Finding[]): string[] {
  const title = ['', `## ${inert(change)}`, ''];
  if (findings.length === 0) return [...title, 'Nothing found.'];
  const rows = findings
    .toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity))
    .map(({ severity, file, line, message, rule }) => {
      const cells = [severity, code(`${file}:${line}`), inert(message), code(rule)];
      return `| ${cells.join(' | ')} |`;
    });
  return [...title, '| Severity | Where | What | Rule |', '| --- | --- | --- | --- |', ...rows];
}

/** Code in a table: a bar would end the cell, a backtick the code. */
function code(text: string): string {
  return `\`${printable(text).replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

/** Text that makes no mark-up, link, image, mention or cell of its own. */
function inert(text: string): string {
  return printable(text)
    .replace(/[\\`*_{}[\]<>()#!|~]/g, '\\$&')
    .replaceAll('@', '@\u200b');
}
