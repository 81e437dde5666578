import { describe, expect, it } from 'vitest';
import { lint, RULES } from '../../../src/openspec/rules/index.ts';
import { contextWith, exampleFiles } from './reviewed-copy.ts';

async function rulesFoundIn(example: string): Promise<string[]> {
  const findings = lint(await contextWith(exampleFiles(example)));
  return [...new Set(findings.map(({ rule }) => rule))];
}

describe('the catalogue of rules', () => {
  it('has at least fifteen rules, each with an id of its own in kebab-case', () => {
    const ids = RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(15);
    for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it('finds nothing in a change without defects', async () => {
    expect(lint(await contextWith(new Map()))).toEqual([]);
  });

  for (const { id, bad, good } of RULES) {
    it(`${id} alone is found in its bad example, and nothing in its good one`, async () => {
      expect(await rulesFoundIn(bad)).toEqual([id]);
      expect(await rulesFoundIn(good)).toEqual([]);
    });
  }
});
