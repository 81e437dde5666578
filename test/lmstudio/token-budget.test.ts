import { expect, it } from 'vitest';
import { DEFAULT_SECONDS_PER_CALL, sectionsFor, TokenBudget } from '../../src/lmstudio/index.ts';

const prose = 'The system SHALL keep every order for ten years. '.repeat(40);

it('the estimate moves to what the server counts, for that model only', () => {
  const budget = new TokenBudget();
  const before = budget.estimate(prose, 'dense');
  for (let n = 0; n < 20; n += 1) {
    budget.observe({ model: 'dense', text: prose, promptTokens: prose.length / 2, durationMs: 1000 });
  }
  const after = budget.estimate(prose, 'dense');
  expect(after).toBeGreaterThanOrEqual(prose.length / 2);
  expect(after).toBeLessThan((prose.length / 2) * 1.2);
  expect(budget.estimate(prose, 'other')).toBe(before);
});

it('a server that counts no tokens does not make text free', () => {
  const budget = new TokenBudget();
  budget.observe({ model: 'm', text: prose, promptTokens: 1, durationMs: 10 });
  budget.observe({ model: 'm', text: prose, promptTokens: 0, durationMs: 10 });
  expect(budget.estimate(prose, 'm')).toBeGreaterThan(prose.length / 10);
});

it('writing without spaces is not taken for a quarter of its tokens', () => {
  const budget = new TokenBudget();
  expect(budget.estimate('要件定義書は十年間保存する')).toBeGreaterThanOrEqual(13);
});

it('minutes come from measured calls, and from a stated default before', () => {
  const budget = new TokenBudget();
  expect(budget.paceIsMeasured).toBe(false);
  expect(budget.estimateMinutes(4)).toBe((4 * DEFAULT_SECONDS_PER_CALL) / 60);
  budget.observe({ model: 'm', text: prose, durationMs: 30_000 });
  expect(budget.paceIsMeasured).toBe(true);
  expect(budget.estimateMinutes(4)).toBe(2);
});

it('sections keep the order, lose nothing, and split only what does not fit alone', () => {
  const fits = (group: readonly string[]) => group.join('').length <= 10;
  const split = (part: string): [string, string] | undefined =>
    part.length < 2 ? undefined : [part.slice(0, part.length / 2), part.slice(part.length / 2)];
  const sections = sectionsFor(['aaaa', 'bbbb', 'cccc', 'd'.repeat(25), 'e'], { fits, split });
  expect(sections.flat().join('')).toBe(`aaaabbbbcccc${'d'.repeat(25)}e`);
  expect(sections.every(fits)).toBe(true);
  expect(sections[0]).toEqual(['aaaa', 'bbbb']);
});

it('what fits nowhere and cannot be split stands alone', () => {
  const sections = sectionsFor(['huge'], { fits: () => false, split: () => undefined });
  expect(sections).toEqual([['huge']]);
});
