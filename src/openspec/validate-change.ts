import path from 'node:path';
import { contentHash } from './content-hash.ts';
import { type FileBytes, readFiles } from './file-bytes.ts';
import { type IssuePlace, placeInText } from './issue-place.ts';
import { Newest } from './newest.ts';
import { metadataName, specsFolder } from './paths.ts';
import { existingLine, refusal, type TextOf, textsOf, type ValidationIssue } from './validation-issue.ts';
import { hazardsIn } from './validator-guard.ts';
import {
  loadValidator,
  type ReportedIssue,
  type Validator,
  type ValidatorChoice,
} from './validator-module.ts';
import { type WalkedFile, walkFiles } from './walk.ts';

/**
 * Where a change lies (`root`, `folder` relative to it) and the specs it is made against (`specsRoot`); both may be
 * copies. `home` is the real root: its configuration and its installed OpenSpec count.
 */
interface ChangePlace {
  root: string;
  folder: string;
  specsRoot: string;
  home: string;
}

/** Nobody reads more, and finding the line of each looks through its file. */
const maxIssues = 500;

/** The issues of a change whose files, and the specs they are made against, are as they were. */
const validated = new Newest<ValidationIssue[]>(5_000);

/**
 * Validates one change strictly, as `openspec validate <change> --strict` does: ERROR and WARNING fail it, INFO does not.
 *
 * @param changeDir the change's folder, absolute or relative to the root (`changes/<id>`)
 * @returns an empty list for a change that is gone
 * @example const issues = await validateChange('/repo/openspec', 'changes/add-export');
 */
export async function validateChange(
  root: string,
  changeDir: string,
  choice?: ValidatorChoice,
): Promise<ValidationIssue[]> {
  const home = path.resolve(root);
  const folder = path.relative(home, path.resolve(home, changeDir)).split(path.sep).join('/');
  const place = { root: home, folder, specsRoot: home, home };
  const before = await readMaterial(place);
  const validator = await loadValidator(home, choice);
  const key = `${home} ${folder} ${validator.version.path}`;
  const fingerprint = fingerprintOf(before);
  const known = validated.get(key, fingerprint);
  if (known !== undefined) return known.slice();
  const issues = await judge(place, before, validator);
  // files saved while they were validated make an answer that belongs to neither content
  if (fingerprintOf(await readMaterial(place)) === fingerprint) {
    validated.put(key, { fingerprint, value: issues.slice(), size: 1 + issues.length });
  }
  return issues;
}

/** As `validateChange`, for copies, and always anew. */
export async function validateChangeAt(
  place: ChangePlace,
  choice?: ValidatorChoice,
): Promise<ValidationIssue[]> {
  return judge(place, await readMaterial(place), await loadValidator(place.home, choice));
}

/** What the validator is going to read: the change, the specs it has deltas for, configuration and schemas. */
interface Material {
  /** undefined for a change that is gone */
  walked: WalkedFile[] | undefined;
  groups: { files: WalkedFile[]; read: FileBytes[] }[];
}

async function readMaterial({ root, folder, specsRoot, home }: ChangePlace): Promise<Material> {
  const walked = walkFiles(root, folder);
  const schemas = walkFiles(home, 'schemas') ?? [];
  const parts = [
    { from: root, files: walked ?? [] },
    { from: specsRoot, files: specsTouched(folder, walked ?? []) },
    { from: home, files: [{ file: 'config.yaml' }, ...schemas] },
  ];
  const groups = parts.map(async ({ from, files }) => ({ files, read: await readFiles(from, files) }));
  return { walked, groups: await Promise.all(groups) };
}

/** The same as long as names and bytes are. */
function fingerprintOf({ groups }: Material): string {
  const named = groups.map(({ read }) => read.map(({ file, hash }) => ({ file: `/${file}`, hash })));
  return named.map((files) => contentHash('', files)).join(' ');
}

async function judge(
  place: ChangePlace,
  { walked, groups }: Material,
  validator: Validator,
): Promise<ValidationIssue[]> {
  if (walked === undefined) return [];
  const hazards = groups.flatMap(({ files, read }) => hazardsIn(read, files));
  if (hazards.length > 0) return hazards.map(refusal);
  const reported = await validator.change(path.join(place.root, place.folder), {
    mainSpecsDir: path.join(place.specsRoot, specsFolder),
    projectRoot: path.dirname(place.home),
  });
  return placeIssues({ folder: place.folder, walked, textOf: textsOf(place.root) }, reported);
}

function specsTouched(folder: string, walked: readonly WalkedFile[]): WalkedFile[] {
  return walked.flatMap(({ file }) =>
    file.startsWith(`${folder}/${specsFolder}/`) && file.endsWith('/spec.md')
      ? [{ file: file.slice(folder.length + 1) }]
      : [],
  );
}

interface ChangeTexts {
  folder: string;
  walked: readonly WalkedFile[];
  textOf: TextOf;
}

function placeIssues(texts: ChangeTexts, reported: readonly ReportedIssue[]): ValidationIssue[] {
  const placed: ValidationIssue[] = [];
  for (const issue of reported.slice(0, maxIssues)) {
    placed.push({ level: issue.level, ...placeOf(texts, issue), message: issue.message });
  }
  const last = placed.at(-1);
  const more = reported.length - placed.length;
  if (last !== undefined && more > 0) placed.push({ ...last, message: `OpenSpec reports ${more} more` });
  return placed;
}

function placeOf({ folder, walked, textOf }: ChangeTexts, issue: ReportedIssue): IssuePlace {
  const firstOf = (files: string[]) =>
    files.flatMap((file) => walked.find((other) => other.file === file) ?? [])[0];
  const named = firstOf([`${folder}/${specsFolder}/${issue.path}`, `${folder}/${issue.path}`]);
  if (named !== undefined) {
    const text = textOf(named);
    return { file: named.file, line: existingLine(text, issue.line ?? placeInText(text, issue.message)) };
  }
  // an issue about the change as a whole stands at its front page
  const front = ['proposal.md', metadataName, 'tasks.md', 'design.md'].map((name) => `${folder}/${name}`);
  return { file: (firstOf(front) ?? walked[0])?.file ?? folder, line: 1 };
}
