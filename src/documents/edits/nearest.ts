import type { Candidate } from './outcome.ts';

const comparedChars = 200;

/** The two candidates most like the text that was not found, by shared pairs of letters; none that share nothing. */
export function nearest(wanted: string, candidates: readonly Candidate[]): Candidate[] {
  const pairs = pairsOf(wanted);
  return candidates
    .map((candidate) => ({ candidate, likeness: likeness(pairs, pairsOf(candidate.text)) }))
    .filter(({ likeness }) => likeness > 0)
    .sort((a, b) => b.likeness - a.likeness || a.candidate.line - b.candidate.line)
    .slice(0, 2)
    .map(({ candidate }) => candidate);
}

/** Dice's coefficient over sets of pairs: 0 for nothing in common, 1 for the same. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size + b.size === 0) return 0;
  let shared = 0;
  for (const pair of a) if (b.has(pair)) shared += 1;
  return (2 * shared) / (a.size + b.size);
}

function pairsOf(text: string): Set<string> {
  const plain = text.slice(0, comparedChars).toLowerCase().replace(/\s+/g, ' ').trim();
  const pairs = new Set<string>();
  for (let at = 0; at + 1 < plain.length; at += 1) pairs.add(plain.slice(at, at + 2));
  return pairs;
}
