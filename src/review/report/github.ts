import type { Severity } from '../../types/index.ts';
import type { ReviewResult } from '../review-result.ts';
import { prefixed, printable } from './printable.ts';

const COMMANDS: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'notice' };

/**
 * Workflow commands that GitHub Actions shows as annotations beside the lines
 * (https://docs.github.com/actions/reference/workflow-commands-for-github-actions).
 */
export function renderGithub(result: ReviewResult, pathPrefix: string): string {
  const lines = result.findings.map((finding) => {
    const properties = [
      `file=${property(prefixed(pathPrefix, finding.file))}`,
      `line=${finding.line}`,
      ...(finding.endLine === undefined ? [] : [`endLine=${finding.endLine}`]),
      `title=${property(finding.rule)}`,
    ];
    return `::${COMMANDS[finding.severity]} ${properties.join(',')}::${data(printable(finding.message))}`;
  });
  return lines.map((line) => `${line}\n`).join('');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
