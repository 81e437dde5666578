import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Built, buildPackage } from '../cli/built.ts';
import { type Ended, ended, runCommand, startCommand } from '../cli/command-line.ts';

const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));

/** Longer than the demo's own patience with one scene, so that a scene that does not happen is named. */
const loopPatienceMs = 180_000;

let built: Built;
let folder: string;
beforeAll(async () => {
  built = await buildPackage();
  folder = await mkdtemp(join(tmpdir(), 'sl-demo-'));
});
afterAll(async () => {
  await built.remove();
  await rm(folder, { recursive: true, force: true });
});

const main = () => fileURLToPath(built.url('demo/main.js'));
/** The home of whoever runs the tests: a Redis in the cache need not be fetched again. */
const options = () => ({ cwd: folder, env: { HOME: process.env.HOME ?? '', TMPDIR: folder } });

function demo(...args: string[]): Promise<Ended> {
  return runCommand(main(), args, options());
}

/** A copy of the example in which some words are others, everywhere. */
async function renamedShop(words: ReadonlyMap<string, string>): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'sl-renamed-'));
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  await cp(shop, copy, { recursive: true });
  for (const entry of await readdir(copy, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    let text = await readFile(file, 'utf8');
    for (const [word, instead] of words) text = text.replaceAll(word, instead);
    await writeFile(file, text);
  }
  return copy;
}

describe('npm run demo', () => {
  it(
    'stays up for looking around, and leaves nothing behind after Ctrl-C',
    async () => {
      const child = startCommand(main(), ['--example', shop], options());
      const end = ended(child);
      const link = await new Promise<string>((resolve) => {
        let said = '';
        child.stdout?.on('data', (chunk: Buffer) => {
          said += chunk.toString();
          const [, url] = /Look around: (\S+) /.exec(said) ?? [];
          if (url !== undefined && said.includes('Ctrl-C')) resolve(url);
        });
        void end.then(({ stdout }) => resolve(`it ended: ${stdout}`));
      });
      const signIn = await fetch(link, { redirect: 'manual' });
      expect(signIn.status).toBeLessThan(400);
      child.kill('SIGINT');
      expect((await end).code).toBe(0);
      expect(await readdir(folder)).toEqual([]);
    },
    loopPatienceMs,
  );
});

describe('npm run demo -- --once', () => {
  it(
    'goes through the whole loop, and what it shows follows the words of the example',
    async () => {
      const words = new Map([
        ['gift card', 'voucher'],
        ['Gift card', 'Voucher'],
        ['15 minutes', '25 minutes'],
      ]);
      const { code, stdout } = await demo('--once', '--example', await renamedShop(words));
      expect(stdout).toContain('The loop is through');
      expect(code).toBe(0);
      // The archivist's quotation, the question of the person, the question of the model, and the trailers.
      expect(stdout).toMatch(/answered: .*for 25 minutes/);
      expect(stdout).toContain('asked:    Which team looks after "Payment by voucher" once it is live?');
      expect(stdout).toContain('"Not decided: either Payment by voucher or Voucher issue is built first."');
      expect(stdout).toMatch(/Specloop-Question: q-\S+\n\s+Specloop-Answered-By: Ada/);
      expect(stdout).toContain('+ It SHALL be done within 2 seconds.');
      expect(stdout).toMatch(/\d+ bytes, all as before/);
      expect(stdout).not.toMatch(/gift card/i);
      expect(await readdir(folder)).toEqual([]);
    },
    loopPatienceMs,
  );

  it('fails, says what it needs, and leaves nothing behind, for an example that it cannot be shown on', async () => {
    const example = await mkdtemp(join(tmpdir(), 'sl-empty-'));
    onTestFinished(() => rm(example, { recursive: true, force: true }));
    await cp(join(shop, 'openspec', 'specs'), join(example, 'openspec', 'specs'), { recursive: true });
    const { code, stdout } = await demo('--once', '--example', example);
    expect(code).toBe(1);
    expect(stdout).toContain('the demo needs a change with open questions');
    expect(await readdir(folder)).toEqual([]);
  });

  it('says which example is not there', async () => {
    const { code, stdout } = await demo('--once', '--example', join(folder, 'nowhere'));
    expect(code).toBe(2);
    expect(stdout).toContain(join(folder, 'nowhere'));
    expect(await readdir(folder)).toEqual([]);
  });

  it('answers a flag that it does not know with its usage', async () => {
    const { code, stdout } = await demo('--twice');
    expect(code).toBe(2);
    expect(stdout).toContain('--once');
  });
});
