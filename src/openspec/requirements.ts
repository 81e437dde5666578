import { headingLevel, headingText, isSpace, trimmedBlock, withoutClosingMarks } from './lines.ts';
import type { Requirement, Scenario } from './model.ts';
import { parseSteps } from './steps.ts';

/** A file as lines, with the lines inside fences marked. Indexes count from 0; what leaves this folder counts from 1. */
export interface MarkedLines {
  lines: readonly string[];
  fenced: readonly boolean[];
}

/**
 * The name in `### Requirement: <name>`, undefined for every other line. Follows OpenSpec: the space after `###` may be
 * missing, the word may be in any case, and a header whose name is only white space still is one (with an empty name).
 */
export function requirementName(line: string): string | undefined {
  if (!line.startsWith('###')) return undefined;
  const rest = line.slice(3).trimStart();
  const word = 'requirement:';
  if (rest.slice(0, word.length).toLowerCase() !== word || rest.length === word.length) return undefined;
  const name = rest.slice(word.length);
  // U+2028 and U+2029 end a line for OpenSpec's pattern, so a name that runs across one is not read as a name
  if (/[\u2028\u2029]/.test(name.trim())) return undefined;
  return normalName(name);
}

/** The name as OpenSpec compares it: no closing `###`, no white space at the edges; case and inner spaces count. */
export function normalName(name: string): string {
  return withoutClosingMarks(name).trim();
}

/** `## ` of any title: where a block ends. */
export function isTopHeader(line: string): boolean {
  return line.startsWith('##') && isSpace(line.charAt(2));
}

/** Every requirement whose header stands in the lines `from` (inclusive) to `to` (exclusive). */
export function parseRequirements(marked: MarkedLines, from: number, to: number): Requirement[] {
  const requirements: Requirement[] = [];
  let index = from;
  while (index < to) {
    const name = marked.fenced[index] ? undefined : requirementName(marked.lines[index] ?? '');
    if (name === undefined) {
      index += 1;
      continue;
    }
    const end = blockEnd(marked, index + 1, to);
    requirements.push(parseRequirement(marked, { name, start: index, end }));
    index = end;
  }
  return requirements;
}

/** The line after a requirement's block: the next requirement or `## ` header. */
function blockEnd({ lines, fenced }: MarkedLines, from: number, to: number): number {
  for (let index = from; index < to; index += 1) {
    const line = lines[index] ?? '';
    if (!fenced[index] && (isTopHeader(line) || requirementName(line) !== undefined)) return index;
  }
  return to;
}

function parseRequirement(
  marked: MarkedLines,
  block: { name: string; start: number; end: number },
): Requirement {
  const headers: { index: number; level: number }[] = [];
  for (let index = block.start + 1; index < block.end; index += 1) {
    const level = marked.fenced[index] ? 0 : headingLevel(marked.lines[index] ?? '');
    if (level > 0) headers.push({ index, level });
  }
  const body = trimmedBlock(marked.lines, block.start + 1, headers[0]?.index ?? block.end);
  const whole = trimmedBlock(marked.lines, block.start, block.end);
  return {
    name: block.name,
    line: block.start + 1,
    endLine: whole?.endLine ?? block.start + 1,
    body: body?.text ?? '',
    bodyLine: body?.line ?? block.start + 1,
    scenarios: headers.flatMap((header, at) => {
      if (header.level !== 4) return [];
      let next = at + 1;
      while ((headers[next]?.level ?? 0) > 4) next += 1;
      return [parseScenario(marked, header.index, headers[next]?.index ?? block.end)];
    }),
  };
}

/** Any `####` header is a scenario, as OpenSpec counts them, whether or not it says `Scenario:`. */
function parseScenario(marked: MarkedLines, start: number, end: number): Scenario {
  const title = headingText(marked.lines[start] ?? '');
  const label = 'scenario:';
  const named = title.slice(0, label.length).toLowerCase() === label;
  return {
    name: named ? title.slice(label.length).trim() : title,
    line: start + 1,
    endLine: trimmedBlock(marked.lines, start, end)?.endLine ?? start + 1,
    steps: parseSteps(marked, start + 1, end),
  };
}
