import path from 'node:path';
import { readFileBytes } from './file-bytes.ts';
import { headingLine, type IssuePlace, placeInText, requirementLine } from './issue-place.ts';
import { splitLines } from './lines.ts';
import { metadataName, specsFolder } from './paths.ts';
import { findHazards, type Hazard } from './validator-guard.ts';
import {
  loadValidator,
  type ReportedIssue,
  type ValidatorChoice,
  type ValidatorVersion,
} from './validator-module.ts';
import { type WalkedFile, walkFiles } from './walk.ts';

/** What OpenSpec's own validator says: `file` is relative to the root and exists, `line` counts from 1. */
export interface ValidationIssue {
  level: 'ERROR' | 'WARNING' | 'INFO';
  file: string;
  line: number;
  message: string;
}

/** Which OpenSpec validates this root: the repository's own installation, or the one that comes with specloop. */
export async function validatorVersion(root: string, choice?: ValidatorChoice): Promise<ValidatorVersion> {
  return (await loadValidator(root, choice)).version;
}

/**
 * Validates one change strictly, as `openspec validate <change> --strict` does: ERROR and WARNING fail it, INFO does not.
 *
 * @param changeDir the change's folder, absolute or relative to the root (`changes/<id>`)
 * @returns an empty list for a change that is gone
 */
export async function validateChange(
  root: string,
  changeDir: string,
  choice?: ValidatorChoice,
): Promise<ValidationIssue[]> {
  return validateChangeAt({ root, changeDir, specsRoot: root, home: root }, choice);
}

/**
 * As `validateChange`, where the change (under `root`) and the specs it is made against (under `specsRoot`) may be
 * copies. `home` is the real root: its configuration and its installed OpenSpec count.
 */
export async function validateChangeAt(
  at: { root: string; changeDir: string; specsRoot: string; home: string },
  choice?: ValidatorChoice,
): Promise<ValidationIssue[]> {
  const changeDir = path.resolve(at.root, at.changeDir);
  const folder = path.relative(path.resolve(at.root), changeDir).split(path.sep).join('/');
  const walked = await walkFiles(at.root, folder);
  if (walked === undefined) return [];
  const schemas = (await walkFiles(at.home, 'schemas')) ?? [];
  const hazards = [
    ...(await findHazards(at.root, walked)),
    ...(await findHazards(at.specsRoot, specsTouched(folder, walked))),
    ...(await findHazards(at.home, [{ file: 'config.yaml' }, ...schemas])),
  ];
  if (hazards.length > 0) return hazards.map(refusal);
  const validator = await loadValidator(at.home, choice);
  const reported = await validator.change(changeDir, {
    mainSpecsDir: path.resolve(at.specsRoot, specsFolder),
    projectRoot: path.dirname(path.resolve(at.home)),
  });
  return Promise.all(reported.map((issue) => placeChangeIssue(at.root, { folder, walked }, issue)));
}

/** The main specs that the validator reads for this change: those of the capabilities it has a delta for. */
function specsTouched(folder: string, walked: readonly WalkedFile[]): WalkedFile[] {
  const deltas = walked.filter(
    ({ file }) => file.startsWith(`${folder}/specs/`) && file.endsWith('/spec.md'),
  );
  return deltas.map(({ file }) => ({ file: file.slice(folder.length + 1) }));
}

/** Validates one capability's spec in `specs/` strictly; an empty list when it is gone. */
export async function validateSpec(
  root: string,
  capability: string,
  choice?: ValidatorChoice,
): Promise<ValidationIssue[]> {
  const file = `${specsFolder}/${capability}/spec.md`;
  const walked = (await walkFiles(root, specsFolder))?.find((found) => found.file === file);
  if (walked === undefined || walked.why !== undefined) return [];
  const hazards = await findHazards(root, [walked]);
  if (hazards.length > 0) return hazards.map(refusal);
  const validator = await loadValidator(root, choice);
  const reported = await validator.spec(path.join(root, file));
  const text = await readText(root, walked);
  return reported.map((issue) => ({
    level: issue.level,
    file,
    line: existing(text, issue.line ?? specLine(text, issue)),
    message: issue.message,
  }));
}

function refusal({ file, why }: Hazard): ValidationIssue {
  return { level: 'ERROR', file, line: 1, message: `not validated: ${file} ${why}` };
}

async function placeChangeIssue(
  root: string,
  change: { folder: string; walked: readonly WalkedFile[] },
  issue: ReportedIssue,
): Promise<ValidationIssue> {
  const { file, line } = await placeOf(root, change, issue);
  return { level: issue.level, file, line, message: issue.message };
}

async function placeOf(
  root: string,
  { folder, walked }: { folder: string; walked: readonly WalkedFile[] },
  issue: ReportedIssue,
): Promise<IssuePlace> {
  const named = [`${folder}/specs/${issue.path}`, `${folder}/${issue.path}`];
  // an issue about the change as a whole stands at its front page
  const front = ['proposal.md', metadataName, 'tasks.md', 'design.md'].map((name) => `${folder}/${name}`);
  const found =
    named.flatMap((file) => walked.find((other) => other.file === file) ?? [])[0] ??
    front.flatMap((file) => walked.find((other) => other.file === file) ?? [])[0] ??
    walked[0];
  if (found === undefined) return { file: folder, line: 1 };
  if (!named.includes(found.file)) return { file: found.file, line: 1 };
  const text = await readText(root, found);
  return { file: found.file, line: existing(text, issue.line ?? placeInText(text, issue.message)) };
}

function specLine(text: string, issue: ReportedIssue): number {
  const index = /^requirements[[.](\d+)/.exec(issue.path)?.[1];
  if (index !== undefined) return requirementLine(text, Number(index));
  return issue.path === 'overview' ? headingLine(text, 'purpose') : placeInText(text, issue.message);
}

function existing(text: string, line: number): number {
  return Math.min(line, splitLines(text).length);
}

async function readText(root: string, file: WalkedFile): Promise<string> {
  return (await readFileBytes(root, file))?.bytes?.toString('utf8') ?? '';
}
