import { execFile } from 'node:child_process';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeDetailSchema } from '../../src/types/index.ts';
import { type Built, buildPackage } from '../cli/built.ts';
import { writeChange } from './support/new-change.ts';
import { openWorkplace, type Workplace } from './support/workplace.ts';

const openspec = new URL('../../node_modules/@fission-ai/openspec/bin/openspec.js', import.meta.url).pathname;
const change = 'add-wish-lists';
const question = 'How many entries may a wish list have?';
const answer = 'At most 200: above that, the page says so.';
const design = `changes/${change}/design.md`;

let built: Built;
let place: Workplace;
beforeAll(async () => {
  built = await buildPackage();
  place = await openWorkplace({ main: built.main });
});
afterAll(async () => {
  await place.leave();
  await built.remove();
});

/** OpenSpec's own word on the change. Throws when it is not valid. */
async function validateStrictly(): Promise<void> {
  const args = [openspec, 'validate', change, '--strict', '--no-interactive'];
  const env = { ...place.env, OPENSPEC_TELEMETRY: '0', DO_NOT_TRACK: '1' };
  await promisify(execFile)(process.execPath, args, { cwd: place.repository, env });
}

async function commits(): Promise<string[]> {
  return (await place.git('log', '--format=%H')).trim().split('\n');
}

test('a question of a new change is answered, written, committed, undone, and redone', async () => {
  await writeFile(join(place.repository, 'notes.md'), 'one\n');
  await place.git('add', '.');
  await place.git('commit', '--quiet', '-m', 'Take notes');
  await place.start();
  await place.api.restedAfterArchivist();

  // A person writes a change while it runs.
  await writeChange(place, { id: change, capability: 'wish-lists', question });
  const found = await place.api.until('findings of the new change', async () => {
    const { items } = await place.api.changes();
    const one = items.find(({ id }) => id === change);
    return (
      one?.state === 'settled' && one.findings.warning + one.findings.error > 0 && one.questions_open === 1
    );
  });
  expect(found).toBe(true);
  const [asked] = await place.api.questionsOf(change);
  expect(asked).toMatchObject({ text: question, state: 'escalated' });
  expect(asked?.places?.[0]?.file).toBe(design);
  await validateStrictly();

  // Work of their own, staged and not, is under way when they answer.
  await place.git('add', '.');
  await place.git('commit', '--quiet', '-m', 'Propose wish lists');
  await appendFile(join(place.repository, 'notes.md'), 'staged\n');
  await place.git('add', 'notes.md');
  await appendFile(join(place.repository, 'notes.md'), 'not staged\n');
  await writeFile(join(place.repository, 'untracked.txt'), 'mine\n');
  const work = async () => [
    await place.git('status', '--porcelain'),
    await place.git('diff', '--cached'),
    await place.git('diff'),
  ];
  const workBefore = await work();
  const bytesBefore = await place.read(design);
  const before = await commits();

  const answered = await place.specloop(['answer', asked?.id ?? '', answer]);
  expect(answered).toMatchObject({ code: 0, stdout: expect.stringContaining('applied') });
  const written = (await place.read(design)).toString();
  expect(written).toContain(question);
  expect(written).toContain(answer);
  expect(written).toMatch(/Ada|ada|root|person/);
  await validateStrictly();
  const [made, ...older] = await commits();
  expect(older).toEqual(before);
  const log = await place.git('log', '-1', '--format=%B', made ?? '');
  const [update] = (await place.api.updates()).filter((one) => one.question === asked?.id);
  expect(update).toMatchObject({ state: 'applied', path: design, commit: made });
  expect(log).toContain(`Specloop-Update: ${update?.id}`);
  expect(log).toContain(`Specloop-Change: ${change}`);
  expect(log).toContain(`Specloop-Question: ${asked?.id}`);
  expect(log).toMatch(/^Specloop-Answered-By: .+/m);
  expect((await place.git('show', '--name-only', '--format=', made ?? '')).trim()).toBe(`openspec/${design}`);
  expect(await work()).toEqual(workBefore);

  // Thought again.
  const undone = await place.specloop(['undo', update?.id ?? '', '--json']);
  expect(undone.code).toBe(0);
  const undo = JSON.parse(undone.stdout);
  expect(undo).toMatchObject({ state: 'applied', reverts: update?.id });
  expect(await place.read(design)).toEqual(bytesBefore);
  expect(await commits()).toHaveLength(before.length + 2);
  expect(await place.git('log', '-1', '--format=%B')).toContain(`Specloop-Reverts: ${update?.id}`);
  expect(await work()).toEqual(workBefore);

  // Two more rounds, one of a person's save and one asked for: what was undone stays undone.
  const { rounds } = await place.api.settledAgain(change);
  await appendFile(
    join(place.root, `changes/${change}/tasks.md`),
    '- [ ] 1.2 Show the list; verified by a test\n',
  );
  await place.api.settledAgain(change, rounds);
  await place.api.post(`/api/changes/${change}/process`, {}, changeDetailSchema);
  await place.api.settledAgain(change, rounds + 1);
  expect(await place.read(design)).toEqual(bytesBefore);
  expect(await commits()).toHaveLength(before.length + 2);

  const redone = await place.specloop(['undo', undo.id]);
  expect(redone.code).toBe(0);
  expect((await place.read(design)).toString()).toBe(written);
  expect((await place.api.questionsOf(change)).filter(({ text }) => text === question)).toHaveLength(1);
});
