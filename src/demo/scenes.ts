import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { changeSummarySchema, questionSchema, type Update, updateSchema } from '../types/index.ts';
import { type Scene, seen } from './script.ts';
import type { Stage } from './stage.ts';
import { listOf, type WorkerApi } from './worker-api.ts';

const answerReply = z.object({ accepted: z.boolean(), update: updateSchema.optional() });

const ends = ['applied', 'conflicted', 'rolledBack', 'rejected', 'failed'];

/** The person of the demo, and all that they know. */
const person = 'Ada';
const answer = 'The support team, from the first day on.';

/** The loop from a saved change to an undone edit: each scene is brought about and seen through the worker's API. */
export function scenes(stage: Stage): Scene[] {
  const { edit } = stage;
  return [
    {
      title: 'The worker reviews the active changes by rules; no model looks at what nobody touched',
      play: (signal) => firstReview(stage, signal),
    },
    {
      title: 'The archivist quotes the answer to an open question from the specs',
      play: (signal) => quotation(stage, signal),
    },
    {
      title: `${person} saves ${edit.change}: a new question, and a promise that nobody can measure`,
      play: () => saving(stage),
    },
    {
      title: 'Rules and model review what was saved; the model asks what is left undecided',
      play: (signal) => secondReview(stage, signal),
    },
    {
      title: `Only a person knows the answer to the new question: ${person} gives it`,
      play: (signal) => answering(stage, signal),
    },
    {
      title: `The model proposes a measure for the promise; it waits for ${person}'s yes`,
      play: (signal) => approving(stage, signal),
    },
    {
      title: `${person} thinks again and undoes it: the file has its bytes from before`,
      play: (signal) => undoing(stage, signal),
    },
    {
      title: 'The change settles; everything is committed, and nothing else was touched',
      play: (signal) => settling(stage, signal),
    },
  ];
}

async function firstReview({ worker }: Stage, signal: AbortSignal): Promise<string[]> {
  const changes = await seen(async () => {
    const { items } = await worker.get('/api/changes', listOf(changeSummarySchema));
    return items.length > 0 && items.every(({ state }) => state === 'settled') ? items : undefined;
  }, signal);
  return changes.map(({ id, findings: { error, warning, info }, questions_open: open }) => {
    return `${id}: ${error} errors, ${warning} warnings, ${info} hints; open questions: ${open}`;
  });
}

async function quotation(stage: Stage, signal: AbortSignal): Promise<string[]> {
  const { question, update } = await seen(async () => {
    const { questions, updates, findings_list: findings } = await stage.change();
    const question = questions.find(({ answered_kind: kind }) => kind === 'archivist');
    const update = updates.find((one) => one.question === question?.id && one.state === 'applied');
    if (question === undefined || update === undefined) return undefined;
    const isStillOpen = findings.some(({ message }) => message.includes(question.text));
    return isStillOpen ? undefined : { question, update };
  }, signal);
  const { text, answer, answered_by: by } = question;
  return [`asked:    ${text}`, `answered: ${answer}`, `by:       ${by}`, written(update)];
}

async function saving({ repository, edit, save }: Stage): Promise<string[]> {
  await save();
  await repository.commitAll(`Ask about ${edit.change}, and promise to be prompt`);
  return [`${edit.designFile}: "${edit.question}"`, `${edit.specFile}: "${edit.vague}"`];
}

async function secondReview(stage: Stage, signal: AbortSignal): Promise<string[]> {
  const { findings, question } = await seen(async () => {
    const { findings_list: findings, questions } = await stage.change();
    const question = questions.find(({ text }) => text.includes(stage.edit.undecided));
    const modelHasLooked = findings.some(({ rule }) => rule.startsWith('model-'));
    return modelHasLooked && question !== undefined ? { findings, question } : undefined;
  }, signal);
  const lines = findings.map(({ file, line, rule, message }) => `${file}:${line} ${rule}: ${message}`);
  return [...lines, `asked:    ${question.text}`];
}

async function answering({ worker, repository, edit }: Stage, signal: AbortSignal): Promise<string[]> {
  const question = await seen(async () => {
    const { items } = await worker.get('/api/questions?state=escalated', listOf(questionSchema));
    return items.find(({ text }) => text === edit.question);
  }, signal);
  const path = `/api/questions/${encodeURIComponent(question.id)}/answer`;
  const { update } = await worker.post(path, { answer, by: person }, answerReply);
  await applied(worker, update, signal);
  const log = await repository.lastCommit();
  return [`asked:    ${question.text}`, `answered: ${answer}`, '$ git log -1 --stat', ...log.split('\n')];
}

async function approving({ worker, change, edit }: Stage, signal: AbortSignal): Promise<string[]> {
  const proposed = await seen(async () => {
    const { updates } = await change();
    return updates.find(({ path, state }) => path === edit.specFile && state === 'awaitingApproval');
  }, signal);
  const path = `/api/updates/${encodeURIComponent(proposed.id)}/approve`;
  const update = await applied(worker, await worker.post(path, { by: person }, updateSchema), signal);
  return [proposed.reason, ...differenceOf(update), written(update)];
}

async function undoing(stage: Stage, signal: AbortSignal): Promise<string[]> {
  const { root, worker, repository, change, edit } = stage;
  const { updates } = await change();
  const update = updates.find(({ path, state }) => path === edit.specFile && state === 'applied');
  if (update?.commit === undefined) throw new Error('the edit was not committed');
  const file = join(root, update.path);
  const before = await repository.bytesAt(`${update.commit}^`, file);
  const path = `/api/updates/${encodeURIComponent(update.id)}/undo`;
  const undo = await applied(worker, await worker.post(path, { by: person }, updateSchema), signal);
  const now = await readFile(file);
  if (!now.equals(before)) throw new Error(`${update.path} differs from what it was`);
  return [...differenceOf(undo), `${now.length} bytes, all as before`, written(undo)];
}

async function settling({ repository, change }: Stage, signal: AbortSignal): Promise<string[]> {
  const { waiting_for: waitsFor = [] } = await seen(async () => {
    const seenNow = await change();
    return seenNow.state === 'settled' ? seenNow : undefined;
  }, signal);
  const status = await repository.status();
  if (status !== '') throw new Error(`git status shows ${status}`);
  return [`waits for: ${waitsFor.join(', ') || 'nothing'}`, ...(await repository.commits())];
}

/** Follows an update to its end: a write waits while the files are still being saved. */
async function applied(worker: WorkerApi, update: Update | undefined, signal: AbortSignal): Promise<Update> {
  if (update === undefined) throw new Error('no edit was drafted');
  const path = `/api/updates/${encodeURIComponent(update.id)}`;
  const ended = await seen(async () => {
    const now = await worker.get(path, updateSchema);
    return ends.includes(now.state) ? now : undefined;
  }, signal);
  if (ended.state === 'applied') return ended;
  throw new Error(`the edit is ${ended.state}: ${ended.note ?? 'nobody says why'}`);
}

function differenceOf({ hunks }: Update): string[] {
  return hunks.flatMap(({ before, after }) => [
    ...before.map((line) => `- ${line}`),
    ...after.map((line) => `+ ${line}`),
  ]);
}

function written({ path, commit, note }: Update): string {
  return commit === undefined
    ? `written:  ${path}, not committed: ${note}`
    : `written:  ${path}, commit ${commit.slice(0, 10)}`;
}
