import { type FileBytes, maxDocumentBytes } from './file-bytes.ts';
import { splitLines } from './lines.ts';
import { yamlHazard } from './metadata.ts';
import type { WalkedFile } from './walk.ts';

/** A file that OpenSpec's validator must not be given, and why. */
export interface Hazard {
  file: string;
  why: string;
}

/**
 * OpenSpec's readers use patterns whose time grows with the square of a run of white space in a line, and a YAML parser
 * that two nested documents can abort the process with. What would cost more than this many steps is not handed to it.
 */
const maxCost = 20_000_000;

/** Looks at what the validator is about to read, in one pass over it. */
export function hazardsIn(read: readonly FileBytes[], files: readonly WalkedFile[]): Hazard[] {
  const links = new Set(files.filter(({ why }) => why !== undefined).map(({ file }) => file));
  return read.flatMap(({ file, bytes, problem }) => {
    if (links.has(file) || !/\.(?:md|ya?ml)$/i.test(file)) return [];
    const text = bytes?.toString('utf8') ?? '';
    const why = problem ?? (file.endsWith('.md') ? markdownHazard(text) : yamlHazard(text));
    return why === undefined ? [] : [{ file, why }];
  });
}

function markdownHazard(text: string): string | undefined {
  // shorter runs cannot reach the limit in a megabyte, and this is all that an ordinary document costs
  if (text.length <= maxDocumentBytes && !/[^\S\r\n]{16}|[\u2028\u2029]/.test(text)) return undefined;
  let cost = text.length > maxDocumentBytes ? Number.POSITIVE_INFINITY : 0;
  for (const line of splitLines(text)) cost += backtrackingCost(line);
  return cost > maxCost ? 'has runs of white space too long to be validated in reasonable time' : undefined;
}

function backtrackingCost(line: string): number {
  let cost = 0;
  let run = 0;
  for (let index = 0; index <= line.length; index += 1) {
    const char = line.charAt(index);
    if (char !== '' && char.trim() === '') {
      run += 1;
      continue;
    }
    cost += run * run;
    run = 0;
  }
  // `.` stops at these two, so a pattern over the whole line starts again from each of its characters
  return /[\u2028\u2029]/.test(line) ? cost + line.length * line.length : cost;
}
