import { headingLevel, headingText, splitLines } from './lines.ts';

/** A place that exists: `file` relative to the root, `line` from 1. */
export interface IssuePlace {
  file: string;
  line: number;
}

/**
 * Finds the line that an issue without one is about. OpenSpec names requirements in quotes, and the section in capitals:
 * `MODIFIED "User can export data" omits …`. The best line has the name in its heading, under that section.
 */
export function placeInText(text: string, message: string): number {
  const names = quotedNames(message);
  const section = /\b(?:ADDED|MODIFIED|REMOVED|RENAMED)\b/.exec(message)?.[0];
  const duplicate = message.startsWith('Duplicate');
  let best = { score: 0, line: 1 };
  let current = '';
  splitLines(text).forEach((line, index) => {
    const level = headingLevel(line);
    if (level === 2) current = headingText(line).split(' ')[0]?.toUpperCase() ?? '';
    const score = scoreOf({ line, level, names, inSection: section === undefined || section === current });
    if (score > best.score || (duplicate && score > 0 && score === best.score))
      best = { score, line: index + 1 };
  });
  return best.line;
}

/** The line of the n-th requirement (from 0), for issues about `requirements[n]`. */
export function requirementLine(text: string, index: number): number {
  let left = index;
  let inRequirements = false;
  const line = splitLines(text).findIndex((candidate) => {
    const level = headingLevel(candidate);
    if (level === 2) inRequirements = headingText(candidate).toLowerCase() === 'requirements';
    if (!inRequirements || level !== 3) return false;
    left -= 1;
    return left < 0;
  });
  return line + 1 || 1;
}

/** The line of a `## <title>` heading, 1 where there is none. */
export function headingLine(text: string, title: string): number {
  const isIt = (line: string) => headingLevel(line) > 0 && headingText(line).toLowerCase() === title;
  return splitLines(text).findIndex(isIt) + 1 || 1;
}

function scoreOf(at: { line: string; level: number; names: readonly string[]; inSection: boolean }): number {
  if (!at.names.some((name) => at.line.includes(name))) return 0;
  return 1 + (at.inSection ? 2 : 0) + (at.level > 0 ? 1 : 0);
}

/** What stands in straight quotes, in order; `### Requirement: X` gives `X`. */
function quotedNames(message: string): string[] {
  const first = message.split('"').filter((_, index) => index % 2 === 1)[0];
  if (first === undefined) return [];
  const name = first.replace(/^#{2,4}\s/, '').replace(/^Requirement:\s/, '');
  return name.trim() === '' ? [] : [name];
}
