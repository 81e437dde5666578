import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Question } from '../../src/types/index.ts';
import { type Built, buildPackage } from '../cli/built.ts';
import { writeChange } from './support/new-change.ts';
import { openWorkplace, type Workplace } from './support/workplace.ts';

const change = 'add-wish-lists';
const question = 'How many entries may a wish list have?';

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

/** What was asked about the change: who was asked what, and when. */
async function asked(): Promise<Pick<Question, 'id' | 'text' | 'asked_at' | 'state'>[]> {
  const all = await place.api.questionsOf(change);
  return all.map(({ id, text, asked_at, state }) => ({ id, text, asked_at, state }));
}

function absent() {
  return place.api.until('the change is absent', async () => {
    const { state } = await place.api.change(change);
    return state === 'absent';
  });
}

test('what a branch does not have is absent there, and back as it was where it is', async () => {
  await place.git('switch', '--quiet', '--create', 'wish-lists');
  await writeChange(place, { id: change, capability: 'wish-lists', question });
  await place.git('add', '.');
  await place.git('commit', '--quiet', '-m', 'Propose wish lists');
  const worker = await place.start();
  await place.api.restedAfterArchivist(4);
  const before = await place.api.settledAgain(change);
  const questions = await asked();
  expect(questions).toEqual([expect.objectContaining({ text: question, state: 'escalated' })]);

  await place.git('switch', '--quiet', 'main');
  await absent();
  expect((await place.api.changes()).items.map(({ id }) => id)).not.toContain(change);
  const elsewhere = JSON.parse((await place.specloop(['changes', '--state', 'absent', '--json'])).stdout);
  expect(elsewhere.items).toEqual([expect.objectContaining({ id: change, state: 'absent' })]);
  // Nobody is asked about what is not there.
  const open = JSON.parse((await place.specloop(['questions', '--json'])).stdout);
  const waiting = open.items.filter(({ open_for_people: isAsked }: Question) => isAsked);
  expect(waiting.map(({ change: of }: Question) => of)).toEqual(['add-gift-cards']);

  await place.git('switch', '--quiet', 'wish-lists');
  const back = await place.api.settledAgain(change);
  expect(back).toMatchObject({ rounds: before.rounds, findings: before.findings, waiting_for: ['answers'] });
  expect(await asked()).toEqual(questions);

  // The same with a worker that was not there when the branch was switched.
  expect(await worker.end('SIGTERM')).toBe(0);
  await place.git('switch', '--quiet', 'main');
  const onMain = await place.start();
  await absent();
  expect(await onMain.end('SIGTERM')).toBe(0);
});

test('a second worktree of the repository knows what was asked in the first, and its answer is written there', async () => {
  const second = join(place.folder, 'shop-wish-lists');
  await place.git('worktree', 'add', '--quiet', second, 'wish-lists');
  const worker = await place.start({ root: join(second, 'openspec') });
  const settled = await place.api.settledAgain(change);
  const [known, ...others] = await asked();
  expect([known?.state, others]).toEqual(['escalated', []]);
  expect(settled.waiting_for).toEqual(['answers']);

  const headOfMain = await place.git('rev-parse', 'main');
  const answered = await place.specloop(['answer', known?.id ?? '', 'At most 200.'], { cwd: second });
  expect(answered.code).toBe(0);
  expect(await place.git('log', '-1', '--format=%B', 'wish-lists')).toContain(
    `Specloop-Question: ${known?.id}`,
  );
  expect(await place.git('rev-parse', 'main')).toBe(headOfMain);
  expect(await place.git('status', '--porcelain')).toBe('');
  expect(await place.git('-C', second, 'status', '--porcelain')).toBe('');
  expect(await worker.end('SIGTERM')).toBe(0);

  // Back in the first, where the change is not: it is absent, and its question is answered.
  const first = await place.start();
  await absent();
  expect(await asked()).toEqual([{ ...known, state: 'answered' }]);
  expect(await first.end('SIGTERM')).toBe(0);
});
