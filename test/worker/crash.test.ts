import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Built, buildPackage } from '../cli/built.ts';
import { writeChange } from './support/new-change.ts';
import { seededRandom } from './support/seeded-random.ts';
import { openWorkplace, type Workplace } from './support/workplace.ts';

const kills = 15;
const seed = 20_261_123;
const longestStartMs = 1_500;
/** from a save to the last transition that it brings about, and a little more */
const longestRoundMs = 1_200;

const saved = ['add-gift-cards', 'add-wish-lists', 'add-returns'];
const answers = new Map([
  [
    'Is the remaining balance of a gift card paid out when it expires, or is it lost?',
    'It is lost after 5 years.',
  ],
  ['How many entries may a wish list have?', 'At most 200.'],
]);

let built: Built;
let place: Workplace;
beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());
beforeEach(async () => {
  place = await openWorkplace({ main: built.main });
});
afterEach(() => place.leave());

/** Answers what is open and has an answer; a person whose worker dies under the answer gives it again. */
async function answerWhatIsOpen(): Promise<void> {
  const { items } = await place.api.questions();
  for (const { id, text, state } of items) {
    const answer = answers.get(text);
    if (answer === undefined || state !== 'escalated') continue;
    const body = { answer, by: 'Ada', wait_ms: 0 };
    await place.api.post(`/api/questions/${id}/answer`, body, z.object({ accepted: z.boolean() }));
  }
}

/** Every bullet under Open Questions with the lines that belong to it, by its own words. */
async function bulletsOf(change: string): Promise<string> {
  const text = (await place.read(`changes/${change}/design.md`)).toString();
  return text.slice(text.indexOf('## Open Questions'));
}

test(`${kills} kills at any moment lose no save, ask nobody twice and write no answer twice`, {
  timeout: 170_000,
}, async () => {
  const random = seededRandom(seed);
  await writeChange(place, {
    id: 'add-wish-lists',
    capability: 'wish-lists',
    question: 'How many entries may a wish list have?',
  });
  await writeChange(place, {
    id: 'add-returns',
    capability: 'returns',
    question: 'Which products may not be sent back?',
  });
  await place.git('add', '.');
  await place.git('commit', '--quiet', '-m', 'Propose wish lists and returns');
  for (let kill = 0; kill < kills; kill += 1) {
    const worker = place.spawn();
    // Every third dies while it starts, the others at work.
    const startsOnly = kill % 3 === 0;
    if (!startsOnly) await worker.ready;
    const change = saved[kill % saved.length];
    await appendFile(
      join(place.root, `changes/${change}/proposal.md`),
      `- Kill ${kill} came after this line.\n`,
    );
    // The answer may be cut off, or there is nobody yet to give it to.
    const answering = kill < 4 ? undefined : answerWhatIsOpen().catch(() => {});
    await delay(random() * (startsOnly ? longestStartMs : longestRoundMs));
    await Promise.all([worker.end('SIGKILL'), answering]);
  }

  await place.start();
  await place.api.until('everything is settled and answered', async () => {
    await answerWhatIsOpen();
    const { items } = await place.api.changes();
    const open = (await place.api.questions()).items;
    const { updates_pending: pending } = await place.api.health();
    const isRested = items.length === 5 && items.every(({ state }) => state === 'settled');
    return isRested && pending === 0 && open.length === 1;
  });

  // One question for each bullet that was ever open, answered once.
  const { items } = await place.api.questions('all');
  expect(items.map(({ text }) => text).sort()).toEqual([
    'For how many minutes does checkout reserve the items of a cart, and with them the balance of the gift card?',
    'How many entries may a wish list have?',
    'Is the remaining balance of a gift card paid out when it expires, or is it lost?',
    'Which products may not be sent back?',
  ]);
  const written = await bulletsOf('add-gift-cards');
  expect(written.match(/It is lost after 5 years\./g)).toHaveLength(1);
  expect(written.match(/^- /gm)).toHaveLength(2);
  expect((await bulletsOf('add-wish-lists')).match(/At most 200\./g)).toHaveLength(1);

  // One commit for each update, each of one file, and nothing else of ours in the log.
  const made = await place.api.updates();
  expect(made.map(({ state }) => state)).toEqual(['applied', 'applied', 'applied']);
  const log = await place.git('log', '--format=%(trailers:key=Specloop-Update,valueonly,separator=%x2C)');
  const committed = log.split('\n').filter((line) => line !== '');
  expect(committed.sort()).toEqual(made.map(({ id }) => id).sort());
  expect((await place.git('log', '--format=%H')).trim().split('\n')).toHaveLength(2 + made.length);

  // The person's own lines are all there, uncommitted as they left them.
  for (const [at, change] of saved.entries()) {
    const text = (await place.read(`changes/${change}/proposal.md`)).toString();
    expect(text.match(/^- Kill \d+ came after this line\.$/gm)).toHaveLength(
      Math.ceil((kills - at) / saved.length),
    );
  }
  expect(
    (await place.git('status', '--porcelain'))
      .trim()
      .split('\n')
      .map((line) => line.trim()),
  ).toEqual(saved.map((change) => `M openspec/changes/${change}/proposal.md`).sort());
});

const steps = ['proposed', 'applying', 'validating', 'backingUp', 'writing', 'committing', 'applied'];

test('an answer whose worker is killed at any step of its update is written and committed once', {
  timeout: 120_000,
}, async () => {
  const questions = steps.map((step) => `Who is told when a list is ${step}?`);
  await writeChange(place, {
    id: 'add-shared-lists',
    capability: 'shared-lists',
    question: questions.join('\n- '),
  });
  await place.git('add', '.');
  await place.git('commit', '--quiet', '-m', 'Propose shared lists');

  let worker = await place.start();
  await place.api.restedAfterArchivist(4);
  const before = (await place.git('log', '--format=%H')).trim().split('\n').length;
  for (const [at, step] of steps.entries()) {
    const { id } = await place.api.until(`the question of ${step}`, async () =>
      (await place.api.questionsOf('add-shared-lists')).find(
        ({ text, state }) => text === questions[at] && state === 'escalated',
      ),
    );
    const arrived = place.api.updateComesTo(step, await place.api.updates());
    const body = { answer: `Nobody, at ${step}.`, by: 'Ada', wait_ms: 0 };
    await place.api.post(`/api/questions/${id}/answer`, body, z.object({ accepted: z.literal(true) }));
    await arrived;
    await worker.end('SIGKILL');
    worker = await place.start();
    await place.api.until(`the answer at ${step}`, async () =>
      (await place.api.updates()).some((update) => update.question === id && update.state === 'applied'),
    );
  }
  await place.api.settled(4);
  const written = await bulletsOf('add-shared-lists');
  for (const step of steps) expect(written.split(`Nobody, at ${step}.`), step).toHaveLength(2);
  expect((await place.git('log', '--format=%H')).trim().split('\n')).toHaveLength(before + steps.length);
  expect(await place.git('status', '--porcelain')).toBe('');
});
