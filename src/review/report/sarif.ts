import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { RULES } from '../../openspec/rules/index.ts';
import type { Finding, Severity } from '../../types/index.ts';
// not through the door of its folder: that brings the model's client with it, which no report needs
import { MODEL_RULES } from '../analysis/reply.ts';
import type { ReviewResult } from '../review-result.ts';
import { prefixed } from './printable.ts';

const LEVELS: Record<Severity, 'error' | 'warning' | 'note'> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

/** SARIF 2.1.0, as code scanning takes it (https://docs.oasis-open.org/sarif/sarif/v2.1.0/). */
export function renderSarif(result: ReviewResult, pathPrefix: string): string {
  const ruleIds = [...new Set(result.findings.map((finding) => finding.rule))].sort();
  const base = pathPrefix === '' ? { originalUriBaseIds: { ROOT: { uri: folderUri(result.root) } } } : {};
  const run = {
    tool: { driver: { name: 'specloop', rules: ruleIds.map(descriptor) } },
    ...base,
    columnKind: 'utf16CodeUnits',
    results: withFingerprints(result.findings).map(({ finding, fingerprint }) => ({
      ruleId: finding.rule,
      ruleIndex: ruleIds.indexOf(finding.rule),
      level: LEVELS[finding.severity],
      message: { text: finding.message },
      locations: [{ physicalLocation: physicalLocation(finding, pathPrefix) }],
      partialFingerprints: { 'specloopFinding/v1': fingerprint },
      properties: { change: finding.change },
    })),
  };
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function descriptor(id: string) {
  const rule = RULES.find((one) => one.id === id);
  const ofModel = MODEL_RULES.find((one) => one.id === id);
  if (ofModel !== undefined) return { id, shortDescription: { text: ofModel.summary } };
  if (rule === undefined) return { id };
  return {
    id,
    shortDescription: { text: rule.summary },
    fullDescription: { text: rule.why },
    defaultConfiguration: { level: LEVELS[rule.severity] },
  };
}

function physicalLocation(finding: Finding, pathPrefix: string) {
  const uri = prefixed(pathPrefix, finding.file).split('/').map(encodeURIComponent).join('/');
  const end = finding.endLine === undefined ? {} : { endLine: finding.endLine };
  return {
    artifactLocation: pathPrefix === '' ? { uri, uriBaseId: 'ROOT' } : { uri },
    region: { startLine: finding.line, ...end },
  };
}

/** What a finding is known by when lines move: not its line, but its file, rule, words, and which of several equals it is. */
function withFingerprints(findings: readonly Finding[]): { finding: Finding; fingerprint: string }[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const key = JSON.stringify([finding.rule, finding.file, finding.message]);
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    return { finding, fingerprint: createHash('sha256').update(`${key} ${nth}`).digest('hex').slice(0, 32) };
  });
}

function folderUri(root: string): string {
  return `${pathToFileURL(root).href}/`;
}
