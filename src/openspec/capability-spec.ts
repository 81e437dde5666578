import { fenceMask, splitLines, trimmedBlock } from './lines.ts';
import type { CapabilitySpec } from './model.ts';
import { isTopHeader, type MarkedLines, parseRequirements } from './requirements.ts';

/**
 * Reads a spec of `specs/`: the purpose, and the requirements under the first `## Requirements`, as OpenSpec merges them.
 * It is parsed when it is asked for: a review looks into the few specs that its changes touch.
 */
export function parseCapabilitySpec(
  text: string,
  place: { capability: string; file: string },
): CapabilitySpec {
  let parsed: SpecContent | undefined;
  const content = () => {
    parsed ??= parseContent(text);
    return parsed;
  };
  return {
    ...place,
    get purpose() {
      return content().purpose;
    },
    get requirements() {
      return content().requirements;
    },
  };
}

type SpecContent = Pick<CapabilitySpec, 'purpose' | 'requirements'>;

function parseContent(text: string): SpecContent {
  const lines = splitLines(text);
  const marked = { lines, fenced: fenceMask(lines) };
  const purpose = sectionRange(marked, 'purpose');
  const requirements = sectionRange(marked, 'requirements');
  return {
    purpose: purpose && trimmedBlock(lines, purpose.from, purpose.to)?.text,
    requirements: requirements ? parseRequirements(marked, requirements.from, requirements.to) : [],
  };
}

function sectionRange(
  { lines, fenced }: MarkedLines,
  title: string,
): { from: number; to: number } | undefined {
  const isHeader = (line: string, index: number) => !fenced[index] && isTopHeader(line);
  const start = lines.findIndex(
    (line, index) => isHeader(line, index) && line.slice(2).trim().toLowerCase() === title,
  );
  if (start === -1) return undefined;
  const next = lines.findIndex((line, index) => index > start && isHeader(line, index));
  return { from: start + 1, to: next === -1 ? lines.length : next };
}
