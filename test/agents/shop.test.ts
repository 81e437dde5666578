import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type ArchiveDocument, createArchivist } from '../../src/agents/index.ts';

const root = fileURLToPath(new URL('../../examples/shop/openspec/', import.meta.url));

async function shop(): Promise<ArchiveDocument[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.md'));
  return await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return { file: relative(root, path), text: await readFile(path, 'utf8') };
    }),
  );
}

/** The open questions of the example as they stand there. */
async function ask(text: string) {
  const archivist = createArchivist({ documents: shop });
  const documents = await shop();
  const file = 'changes/add-gift-cards/design.md';
  const lines = documents.find((document) => document.file === file)?.text.split('\n') ?? [];
  const line = lines.findIndex((one) => one.includes(text)) + 1;
  expect(line, 'the example asks this').toBeGreaterThan(0);
  const question = { question: 'q', text, places: [{ file, line }] };
  return await archivist.ask(question, { idempotencyKey: 'k', signal: new AbortController().signal });
}

describe('of the open questions of the example shop', () => {
  it('the one that the specs answer is answered by quotation', async () => {
    const reply = await ask('For how many minutes does checkout reserve the items of a cart, and with them');
    expect(reply).toMatchObject({
      answer: { text: expect.stringContaining('15 minutes'), sources: ['specs/checkout/spec.md:9'] },
    });
  });

  it('the one that nothing answers is left to people', async () => {
    const reply = await ask(
      'Is the remaining balance of a gift card paid out when it expires, or is it lost?',
    );
    expect(reply.kind).toBe('declined');
  });
});
