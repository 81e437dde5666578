import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeDetailSchema } from '../../src/types/index.ts';
import { type Built, buildPackage } from '../cli/built.ts';
import { type LmStudioServer, startLmStudioServer } from '../support/lm-studio-server.ts';
import { openWorkplace, type Workplace } from './support/workplace.ts';

const change = 'faster-search';

let built: Built;
let model: LmStudioServer;
let place: Workplace;
beforeAll(async () => {
  built = await buildPackage();
  model = await startLmStudioServer();
  await model.behave('refuse');
  place = await openWorkplace({ main: built.main, model: model.url });
});
afterAll(async () => {
  await place.leave();
  await model.stop();
  await built.remove();
});

/** A person saves the change once more. */
async function save(words: string): Promise<void> {
  await appendFile(join(place.root, `changes/${change}/proposal.md`), `- ${words}\n`);
}

function waitsForModel(rounds: number) {
  return place.api.until('the change waits for a model', async () => {
    const found = await place.api.change(change);
    return found.rounds > rounds && found.waiting_for?.includes('model') && found;
  });
}

function analysedAfter(rounds: number) {
  return place.api.until('the model went over the change', async () => {
    const found = await place.api.change(change);
    const isDone =
      found.state === 'settled' && found.rounds > rounds && !found.waiting_for?.includes('model');
    return isDone && found.findings_list.some(({ rule }) => rule.startsWith('model-')) && found;
  });
}

test('a change waits for a model that is absent, and goes on when it comes', async () => {
  await place.start();
  await place.api.restedAfterArchivist();
  await save('The index SHALL be in use promptly.');
  const waiting = await waitsForModel(1);
  expect(waiting.findings.error + waiting.findings.warning).toBeGreaterThan(0);
  expect(waiting.problem).toMatch(/down/);
  expect((await place.specloop(['status'])).stdout).toMatch(/model +unavailable.*down/);

  await model.behave('normal');
  await analysedAfter(waiting.rounds);
  // What nobody touched was not sent to it.
  const prompts = model.chats().map(({ body }) => JSON.stringify(body));
  expect(prompts.length).toBeGreaterThan(0);
  for (const prompt of prompts) expect(prompt).not.toContain('Stock alert');
});

test('a model that ends in mid-answer makes a change wait, and it goes on when the model is back', async () => {
  const analysed = await place.api.change(change);
  const asked = model.nextChat();
  await model.behave('hang');
  await save('The index is built twice a night.');
  await asked;
  // LM Studio ends in the middle of its answer.
  await model.behave('refuse');
  const left = await waitsForModel(analysed.rounds);
  expect(left.state).toBe('settled');
  await model.behave('normal');
  const again = await analysedAfter(left.rounds);

  // It breaks off again, and is back before anybody looks whether it is there.
  const askedAgain = model.nextChat();
  await model.behave('hang');
  await save('The index is built three times a night.');
  await askedAgain;
  await model.behave('kill');
  await waitsForModel(again.rounds);
  await model.behave('normal');
  await analysedAfter(again.rounds + 1);
  // The worker said nothing of it but that a model answers.
  const said = place.workers.flatMap(({ lines }) => lines.slice(2));
  expect(said.filter((line) => !line.startsWith('model scripted-reviewer answers'))).toEqual([]);
});

test('pause keeps every call back until resume, and a change that nobody touched is analysed when asked for', async () => {
  const { rounds } = await place.api.change(change);
  expect((await place.specloop(['pause'])).code).toBe(0);
  const chatsBefore = model.chats().length;
  await save('The index is never built by day.');
  const waiting = await waitsForModel(rounds);
  expect(waiting.problem).toMatch(/paused/);
  expect((await place.specloop(['status'])).stdout).toContain('paused: specloop resume');
  expect(model.chats()).toHaveLength(chatsBefore);

  expect((await place.specloop(['resume'])).code).toBe(0);
  await analysedAfter(waiting.rounds);
  expect(model.chats().length).toBeGreaterThan(chatsBefore);

  const untouched = 'add-stock-alerts';
  const before = await place.api.change(untouched);
  expect(before.waiting_for).toBeUndefined();
  await place.api.post(`/api/changes/${untouched}/process`, {}, changeDetailSchema);
  await place.api.until('the model was asked about it', async () => {
    const { state, rounds: now, waiting_for: waits } = await place.api.change(untouched);
    return state === 'settled' && now > before.rounds && waits?.includes('model') !== true;
  });
  expect(
    model
      .chats()
      .map(({ body }) => JSON.stringify(body))
      .join(),
  ).toContain('Stock alert');
});

test('a call that a killed worker left unanswered is made again, and counted', async () => {
  const { rounds } = await place.api.change(change);
  const { repeated_calls: before } = await place.api.health();
  const asked = model.nextChat();
  await model.behave('hang');
  await save('The index is built once more.');
  await asked;
  const [worker] = place.workers.slice(-1);
  await worker?.end('SIGKILL');
  await model.behave('normal');
  const next = await place.start();
  await analysedAfter(rounds);
  expect((await place.api.health()).repeated_calls).toBe(before + 1);
  expect(await next.end('SIGINT')).toBe(0);
});
