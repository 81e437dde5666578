import { fenceMask, isSpace, splitLines } from './lines.ts';
import type { DeltaSpec } from './model.ts';
import { type MarkedLines, normalName, parseRequirements, requirementName } from './requirements.ts';
import { withoutBullet } from './steps.ts';

interface Range {
  from: number;
  to: number;
}

/**
 * Reads a delta spec. Names and their order agree with OpenSpec's own `parseDeltaSpec`, because that is what `archive`
 * merges; like it, and unlike a Markdown renderer, this reads a requirement inside an HTML comment.
 */
export function parseDelta(text: string, place: { capability: string; file: string }): DeltaSpec {
  const lines = splitLines(text);
  const marked = { lines, fenced: fenceMask(lines) };
  const within = (title: string) => sectionsTitled(marked, `${title} requirements`);
  return {
    ...place,
    added: within('added').flatMap((range) => parseRequirements(marked, range.from, range.to)),
    modified: within('modified').flatMap((range) => parseRequirements(marked, range.from, range.to)),
    removed: within('removed').flatMap((range) => parseRemoved(marked, range)),
    renamed: within('renamed').flatMap((range) => parseRenamed(marked, range)),
  };
}

/** The lines under every `## <title>`; a repeated section counts each time. */
function sectionsTitled({ lines, fenced }: MarkedLines, title: string): Range[] {
  const ranges: (Range & { title: string })[] = [];
  lines.forEach((line, index) => {
    if (fenced[index] || !line.startsWith('##') || !isSpace(line.charAt(2)) || line.length < 4) return;
    const last = ranges.at(-1);
    if (last !== undefined) last.to = index;
    ranges.push({ title: line.slice(2).trim().toLowerCase(), from: index + 1, to: lines.length });
  });
  return ranges.filter((range) => range.title === title);
}

function parseRemoved(marked: MarkedLines, range: Range): DeltaSpec['removed'] {
  const removed: DeltaSpec['removed'] = [];
  for (let index = range.from; index < range.to; index += 1) {
    if (marked.fenced[index]) continue;
    const line = marked.lines[index] ?? '';
    const name = requirementName(line) ?? quotedRequirement(line, 'bullet');
    if (name === undefined) continue;
    const end = removalEnd(marked, index + 1, range.to);
    removed.push({
      name,
      line: index + 1,
      ...labelled(marked, 'reason', { from: index + 1, to: end }),
      ...labelled(marked, 'migration', { from: index + 1, to: end }),
    });
  }
  return removed;
}

function removalEnd({ lines, fenced }: MarkedLines, from: number, to: number): number {
  for (let index = from; index < to; index += 1) {
    const line = lines[index] ?? '';
    const removal = requirementName(line) ?? quotedRequirement(line, 'bullet');
    if (!fenced[index] && removal !== undefined) return index;
  }
  return to;
}

/** The paragraph that opens with `**Reason**:` or the like, in one line. */
function labelled(
  { lines, fenced }: MarkedLines,
  label: 'reason' | 'migration',
  range: Range,
): { reason?: string; migration?: string } {
  for (let index = range.from; index < range.to; index += 1) {
    const first = afterLabel(lines[index] ?? '', label);
    if (fenced[index] || first === undefined) continue;
    const words = [first];
    for (let next = index + 1; next < range.to; next += 1) {
      const line = (lines[next] ?? '').trim();
      if (line === '' || line.startsWith('**') || line.startsWith('#') || withoutBullet(line) !== undefined)
        break;
      words.push(line);
    }
    return { [label]: words.join(' ').trim() };
  }
  return {};
}

function afterLabel(line: string, label: string): string | undefined {
  const text = (withoutBullet(line.trim()) ?? line.trim()).replace(/^[*_]{1,3}/, '');
  if (text.slice(0, label.length).toLowerCase() !== label) return undefined;
  const rest = text.slice(label.length).replace(/^[*_]{0,3}/, '');
  return rest.startsWith(':')
    ? rest
        .slice(1)
        .replace(/^[*_]{1,3}/, '')
        .trim()
    : undefined;
}

/** A pair is a FROM and the TO after it with no second FROM between; half of a pair is none. */
function parseRenamed({ lines, fenced }: MarkedLines, range: Range): DeltaSpec['renamed'] {
  const renamed: DeltaSpec['renamed'] = [];
  let pending: { from: string; line: number } | undefined;
  for (let index = range.from; index < range.to; index += 1) {
    if (fenced[index]) continue;
    const line = lines[index] ?? '';
    const from = quotedRequirement(line, 'FROM:');
    const to = from === undefined ? quotedRequirement(line, 'TO:') : undefined;
    if (from !== undefined) pending = { from, line: index + 1 };
    if (to !== undefined && pending !== undefined) {
      renamed.push({ ...pending, to });
      pending = undefined;
    }
  }
  return renamed;
}

/** The name in ``- `### Requirement: X` `` or ``- FROM: `### Requirement: X` ``; the bullet is optional in the second. */
function quotedRequirement(line: string, lead: 'bullet' | 'FROM:' | 'TO:'): string | undefined {
  let rest = line.trim();
  const bullet = /^[-*+]/.test(rest);
  if (bullet) rest = rest.slice(1).trimStart();
  if (lead === 'bullet' && !bullet) return undefined;
  if (lead !== 'bullet') {
    if (!rest.startsWith(lead)) return undefined;
    rest = rest.slice(lead.length).trimStart();
  }
  if (rest.startsWith('`')) rest = rest.slice(1);
  if (!rest.startsWith('###')) return undefined;
  rest = rest.slice(3).trimStart();
  if (!rest.startsWith('Requirement:')) return undefined;
  rest = rest.slice('Requirement:'.length).trim();
  if (rest === '' || /[\u2028\u2029]/.test(rest)) return undefined;
  return normalName(rest.length > 1 && rest.endsWith('`') ? rest.slice(0, -1) : rest);
}
