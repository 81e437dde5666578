import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { rulesDocument } from '../../../src/openspec/rules/document.ts';

it('docs/rules.md says what the rules say', async () => {
  const page = fileURLToPath(new URL('../../../docs/rules.md', import.meta.url));
  await expect(rulesDocument()).toMatchFileSnapshot(page);
});
