import { promises as fs } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readArchivedChange, readRoot, validateChange, validateSpec } from '../../src/openspec/index.ts';

const root = path.resolve('examples/shop/openspec');

describe('the example shop', () => {
  it('is strict-valid but for the change that is broken on purpose', async () => {
    const { changes, specs } = await readRoot(root);
    const failing: string[] = [];
    for (const { id, folder } of changes) {
      const issues = await validateChange(root, folder);
      if (issues.some(({ level }) => level !== 'INFO')) failing.push(id);
    }
    for (const { capability } of specs) expect(await validateSpec(root, capability)).toEqual([]);
    expect(changes.map(({ id }) => id)).toEqual(['add-gift-cards', 'add-stock-alerts', 'faster-search']);
    expect(failing).toEqual(['faster-search']);
  });

  it('asks one question that its specs answer and one that nothing in it answers', async () => {
    const { changes, archived } = await readRoot(root);
    const [reservation, expiry] = changes.flatMap(({ openQuestions }) => openQuestions);
    expect(reservation?.text).toMatch(/how many minutes/);
    expect(expiry?.text).toMatch(/expires/);
    const archive = await Promise.all(archived.map((id) => readArchivedChange(root, id)));
    const truth = await fs.readFile(path.join(root, 'specs/checkout/spec.md'), 'utf8');
    const everything = [
      truth,
      ...archive.flatMap((change) => change?.files.map(({ text }) => text) ?? []),
    ].join('\n');
    expect(everything).toMatch(/reserve the items of a cart for 15 minutes/);
    expect(everything).not.toMatch(/gift card/i);
  });

  it('has one archived change, whose question was answered', async () => {
    const { archived } = await readRoot(root);
    expect(archived).toEqual(['2026-05-12-add-guest-checkout']);
    const change = await readArchivedChange(root, '2026-05-12-add-guest-checkout');
    expect(change?.openQuestions).toMatchObject([{ answered: true }]);
    expect(change?.tasks.every(({ done }) => done)).toBe(true);
  });
});
