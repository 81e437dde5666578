import { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** One mistake in words: where (the path of the key) and what would be allowed there. */
export interface IssueText {
  path: PropertyKey[];
  message: string;
}

/** Says a zod issue as a person would: the key as it stands in the file, and the allowed keys or values. */
export function describeIssue(issue: Issue, schema: z.ZodType): IssueText[] {
  if (issue.code === 'unrecognized_keys') {
    const allowed = keysAt(schema, issue.path);
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: `${dotted([...issue.path, key])} is not a key${hint(key, allowed)}; allowed here: ${allowed.join(', ')}`,
    }));
  }
  return [{ path: issue.path, message: `${dotted(issue.path)}: ${lowerFirst(messageOf(issue))}` }];
}

function messageOf(issue: Issue): string {
  if (issue.code === 'invalid_value') return `expected ${issue.values.map(String).join(' or ')}`;
  return issue.message.replace(/^Invalid input: /, '').replace(/^Too (?:small|big): /, '');
}

/** The keys that an object in the schema knows. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let here: unknown = unwrap(schema);
  for (const part of path) {
    if (here instanceof z.ZodObject) here = unwrap(here.shape[String(part)]);
    else if (here instanceof z.ZodArray) here = unwrap(here.element);
    else return [];
  }
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}

function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema;
}

/** A likely meaning of a mistyped key: the same letters but for one or two. */
function hint(key: string, allowed: readonly string[]): string {
  const near = allowed.find((candidate) => distance(key, candidate) <= 2);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

/** Levenshtein's distance, one row at a time; 3 for whatever is longer than a key. */
function distance(a: string, b: string): number {
  if (Math.max(a.length, b.length) > 64) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 3;
}

function dotted(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the file';
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : String(part)))
    .join('.')
    .replaceAll('.[', '[');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
