import path from 'node:path';
import { readFiles } from './file-bytes.ts';
import { headingLine, placeInText, requirementLine } from './issue-place.ts';
import { specsFolder } from './paths.ts';
import { existingLine, refusal, textsOf, type ValidationIssue } from './validation-issue.ts';
import { hazardsIn } from './validator-guard.ts';
import { loadValidator, type ReportedIssue, type ValidatorChoice } from './validator-module.ts';
import { walkFiles } from './walk.ts';

/** Validates one capability's spec in `specs/` strictly; an empty list when it is gone. */
export async function validateSpec(
  root: string,
  capability: string,
  choice?: ValidatorChoice,
): Promise<ValidationIssue[]> {
  const file = `${specsFolder}/${capability}/spec.md`;
  const walked = walkFiles(root, path.posix.dirname(file))?.find((found) => found.file === file);
  if (walked === undefined || walked.why !== undefined) return [];
  const hazards = hazardsIn(await readFiles(root, [walked]), [walked]);
  if (hazards.length > 0) return hazards.map(refusal);
  const validator = await loadValidator(root, choice);
  const reported = await validator.spec(path.join(root, file));
  const text = textsOf(root)(walked);
  return reported.map((issue) => ({
    level: issue.level,
    file,
    line: existingLine(text, issue.line ?? lineOf(text, issue)),
    message: issue.message,
  }));
}

function lineOf(text: string, issue: ReportedIssue): number {
  const index = /^requirements[[.](\d+)/.exec(issue.path)?.[1];
  if (index !== undefined) return requirementLine(text, Number(index));
  return issue.path === 'overview' ? headingLine(text, 'purpose') : placeInText(text, issue.message);
}
