import { join } from 'node:path';
import { toError } from '../errors.ts';
import type { CapabilitySpec, OpenSpecChange } from '../openspec/index.ts';
import { byPlace, fromValidation, lint } from '../openspec/rules/index.ts';
import { validateChange } from '../openspec/validate-change.ts';
import type { Finding, Severity } from '../types/index.ts';
import { pathFilter } from './review-paths.ts';

export interface ReviewRequest {
  /** absolute path of the OpenSpec folder */
  root: string;
  change: OpenSpecChange;
  specs: CapabilitySpec[];
  /** the other active changes */
  otherChanges: OpenSpecChange[];
  /** whether OpenSpec's own strict validation is asked, too */
  validate: boolean;
  /** severities by rule id, in place of the rules' own */
  severities?: Record<string, Severity | 'off'> | undefined;
  /** review.paths: only findings in these files are reported */
  paths?: readonly string[] | undefined;
  /** whether the OpenSpec that the repository has installed may validate (it is code of that repository) */
  allowInstalled?: boolean | undefined;
}

/** Reviews a change without a model: by our rules, and by OpenSpec's own validation. Findings are in order of file, line, rule. */
export async function reviewChange(request: ReviewRequest): Promise<Finding[]> {
  const isReported = await pathFilter(request.paths ?? []);
  return (await allFindings(request)).filter(({ file }) => isReported(file));
}

async function allFindings(request: ReviewRequest): Promise<Finding[]> {
  const { change, specs, otherChanges, severities } = request;
  const options = severities === undefined ? {} : { severities };
  const found = lint({ change, specs, otherChanges }, options);
  if (!request.validate || severities?.['openspec-strict'] === 'off') return found;
  return [...found, ...(await strictFindings(request))].toSorted(byPlace);
}

async function strictFindings(request: ReviewRequest): Promise<Finding[]> {
  const { root, change, severities, allowInstalled } = request;
  const override = severities?.['openspec-strict'];
  try {
    const choice = allowInstalled === undefined ? {} : { allowInstalled };
    const issues = await validateChange(root, join(root, change.folder), choice);
    const findings = fromValidation(change.id, issues);
    if (override === undefined || override === 'off') return findings;
    return findings.map((finding) => ({ ...finding, severity: override }));
  } catch (thrown) {
    return [validationFailed(change, thrown)];
  }
}

/** OpenSpec's validator is not ours: when it breaks, the person is told and keeps the rules' findings. */
function validationFailed(change: OpenSpecChange, thrown: unknown): Finding {
  return {
    rule: 'openspec-strict',
    severity: 'warning',
    change: change.id,
    file: change.proposal?.file ?? change.files[0]?.file ?? change.folder,
    line: 1,
    message: `OpenSpec's own validation could not run: ${toError(thrown).message}`,
  };
}
