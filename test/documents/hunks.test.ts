import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyHunks, hunksBetween, inverseOf } from '../../src/documents/diff/hunks.ts';
import { matchingLines } from '../../src/documents/diff/matching-lines.ts';

const line = fc.constantFrom('a', 'b', 'c', '', 'a\r', 'ü');
const text = fc.array(line, { maxLength: 14 }).map((lines) => Buffer.from(lines.join('\n')));

describe('hunks', () => {
  it('applied to the old text give the new one, and their inverse gives back the old one', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const hunks = hunksBetween(before, after);
        expect(applyHunks(before, hunks, null)).toEqual(after);
        expect(applyHunks(after, inverseOf(hunks), null)).toEqual(before);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are as few lines as can be', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 9 }), fc.array(line, { maxLength: 9 }), (a, b) => {
        const shared = matchingLines(a, b).reduce((sum, { length }) => sum + length, 0);
        expect(shared).toBe(longestCommon(a, b));
      }),
      { numRuns: 2_000 },
    );
  });

  it('chosen one by one leave the others out', () => {
    const before = Buffer.from('one\ntwo\nthree\nfour\n');
    const hunks = hunksBetween(before, Buffer.from('ONE\ntwo\nthree\nFOUR\nfive\n'));
    expect(hunks).toEqual([
      { line: 1, before: ['one'], after: ['ONE'] },
      { line: 4, before: ['four'], after: ['FOUR', 'five'] },
    ]);
    expect(applyHunks(before, hunks, [1])?.toString()).toBe('one\ntwo\nthree\nFOUR\nfive\n');
    expect(applyHunks(before, hunks, [])?.toString()).toBe(before.toString());
    expect(applyHunks(before, hunks, [2])).toBeUndefined();
    expect(applyHunks(Buffer.from('other\n'), hunks, null)).toBeUndefined();
  });

  it('tell of a final newline that came or went', () => {
    expect(hunksBetween(Buffer.from('a'), Buffer.from('a\n'))).toEqual([
      { line: 2, before: [], after: [''] },
    ]);
  });

  it('of two long texts that share nothing are found all the same', () => {
    const lines = (word: string) =>
      Buffer.from(Array.from({ length: 20_000 }, (_, n) => `${word} ${n}`).join('\n'));
    const [before, after] = [lines('old'), lines('new')];
    expect(applyHunks(before, hunksBetween(before, after), null)).toEqual(after);
  });
});

function longestCommon(a: readonly string[], b: readonly string[]): number {
  const row: number[] = Array.from({ length: b.length + 1 }, () => 0);
  for (const one of a) {
    let diagonal = 0;
    for (const [index, other] of b.entries()) {
      const above = row[index + 1] ?? 0;
      row[index + 1] = one === other ? diagonal + 1 : Math.max(above, row[index] ?? 0);
      diagonal = above;
    }
  }
  return row.at(-1) ?? 0;
}
