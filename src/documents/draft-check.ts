import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type OpenSpecChange, readChange, readRoot, validateCopy } from '../openspec/index.ts';
import { fromValidation, lint } from '../openspec/rules/index.ts';
import type { Finding } from '../types/index.ts';
import { readRootFile } from './sink/root-file.ts';

export type Verdict = { ok: true } | { ok: false; why: string };

export interface CheckRequest {
  root: string;
  change: string;
  /** the files as the edits leave them; undefined for one that would be gone */
  files: ReadonlyMap<string, Buffer | undefined>;
  /** a person's own words are held to OpenSpec's validation only, not to our rules of style */
  rules: boolean;
}

/**
 * Judges a change as it would be: neither OpenSpec's strict validation nor our rules may find an error or a warning that
 * was not there. The model that proposed the edit has no say.
 */
export async function checkDraft(request: CheckRequest): Promise<Verdict> {
  const { root, change, files } = request;
  const [issuesBefore, issuesAfter] = [
    await validateCopy(root, change, new Map()),
    await validateCopy(root, change, files),
  ].map((issues) => fromValidation(change, issues));
  const worse = firstNew(issuesBefore ?? [], issuesAfter ?? [], ({ message }) => withoutNumbers(message));
  if (worse !== undefined) return refusal('OpenSpec’s validation', worse);
  if (!request.rules) return { ok: true };
  const { specs, changes } = await readRoot(root);
  const before = changes.find(({ id }) => id === change);
  const after = await readAfter(root, before, request);
  if (before === undefined || after === undefined) return { ok: true };
  const otherChanges = changes.filter(({ id }) => id !== change);
  const [found, would] = [before, after].map((version) => lint({ change: version, specs, otherChanges }));
  const finding = firstNew(found ?? [], would ?? [], ({ rule, file }) => `${rule} ${file}`);
  return finding === undefined ? { ok: true } : refusal(finding.rule, finding);
}

/** The change read as it would be, from a folder that holds nothing else. */
async function readAfter(
  root: string,
  before: OpenSpecChange | undefined,
  { change, files }: CheckRequest,
): Promise<OpenSpecChange | undefined> {
  const copy = await mkdtemp(join(tmpdir(), 'specloop-draft-'));
  try {
    const names = new Set([...(before?.files.map(({ file }) => file) ?? []), ...files.keys()]);
    for (const file of names) {
      const bytes = files.has(file) ? files.get(file) : await readRootFile(root, file).catch(() => undefined);
      if (bytes === undefined) continue;
      await mkdir(dirname(join(copy, file)), { recursive: true });
      await writeFile(join(copy, file), bytes);
    }
    return await readChange(copy, change);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** The first error or warning of a sort of which there are more than before. Lines move, so they do not count. */
function firstNew(
  before: readonly Finding[],
  after: readonly Finding[],
  sortOf: (finding: Finding) => string,
): Finding | undefined {
  const left = new Map<string, number>();
  for (const finding of before.filter(counts)) {
    const sort = `${finding.severity} ${sortOf(finding)}`;
    left.set(sort, (left.get(sort) ?? 0) + 1);
  }
  return after.filter(counts).find((finding) => {
    const sort = `${finding.severity} ${sortOf(finding)}`;
    const remaining = left.get(sort) ?? 0;
    left.set(sort, remaining - 1);
    return remaining <= 0;
  });
}

function counts({ severity }: Finding): boolean {
  return severity !== 'info';
}

function withoutNumbers(message: string): string {
  return message.replace(/\d+/g, '#');
}

function refusal(judge: string, { severity, file, line, message }: Finding): Verdict {
  return { ok: false, why: `${judge} would find a new ${severity} at ${file}:${line}: ${message}` };
}
