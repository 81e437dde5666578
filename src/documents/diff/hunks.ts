import type { Hunk } from '../../types/index.ts';
import { matchingLines } from './matching-lines.ts';

/**
 * What changed between two texts, as hunks of whole lines in order. Lines are split at `\n` alone, so a hunk keeps a
 * `\r`, and an added or missing final newline shows as a last line that is empty: nothing is lost between texts and
 * hunks.
 */
export function hunksBetween(before: Buffer, after: Buffer): Hunk[] {
  const old = linesOf(before);
  const fresh = linesOf(after);
  const hunks: Hunk[] = [];
  let a = 0;
  let b = 0;
  for (const match of [...matchingLines(old, fresh), { a: old.length, b: fresh.length, length: 0 }]) {
    if (match.a > a || match.b > b) {
      hunks.push({ line: a + 1, before: old.slice(a, match.a), after: fresh.slice(b, match.b) });
    }
    a = match.a + match.length;
    b = match.b + match.length;
  }
  return hunks;
}

/**
 * The old text with only the chosen hunks (by index; null means all).
 *
 * @returns undefined when the hunks are not of this text, or an index names none
 */
export function applyHunks(
  before: Buffer,
  hunks: readonly Hunk[],
  chosen: readonly number[] | null,
): Buffer | undefined {
  const lines = linesOf(before);
  const wanted = chosen === null ? hunks : chosen.map((index) => hunks[index]);
  const parts: string[] = [];
  let at = 0;
  for (const hunk of [...new Set(wanted)].sort((one, other) => (one?.line ?? 0) - (other?.line ?? 0))) {
    const start = (hunk?.line ?? 0) - 1;
    if (hunk === undefined || start < at) return undefined;
    const removed = lines.slice(start, start + hunk.before.length);
    if (removed.length !== hunk.before.length || removed.some((line, n) => line !== hunk.before[n]))
      return undefined;
    parts.push(...lines.slice(at, start), ...hunk.after);
    at = start + hunk.before.length;
  }
  return Buffer.from([...parts, ...lines.slice(at)].join('\n'), 'utf8');
}

/** The same differences seen from the other side: applied to the new text they give back the old one. */
export function inverseOf(hunks: readonly Hunk[]): Hunk[] {
  let shift = 0;
  return hunks.map(({ line, before, after }) => {
    const inverse = { line: line + shift, before: after, after: before };
    shift += after.length - before.length;
    return inverse;
  });
}

function linesOf(bytes: Buffer): string[] {
  return bytes.toString('utf8').split('\n');
}
