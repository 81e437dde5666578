import type { z } from 'zod';
import { type ExitCode, UserError } from '../../errors.ts';
import { changeDetailSchema, type Question, questionSchema, updateSchema } from '../../types/index.ts';
import type { WorkerClient } from '../client.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';
import { plain } from '../plain.ts';
import type { Terminal } from '../terminal.ts';
import { printUpdate } from '../update-text.ts';

/** `specloop show ID`: an update with its hunks, a question, or a change. */
export async function run(context: CommandContext, id: string): Promise<ExitCode> {
  const { terminal, json } = context;
  const { worker } = await connect(context);
  const key = encodeURIComponent(id);

  const update = await find(worker, `/api/updates/${key}`, updateSchema);
  if (update !== undefined) {
    if (json) terminal.printJson(update);
    else printUpdate(terminal, update);
    return 0;
  }
  const question = await find(worker, `/api/questions/${key}`, questionSchema);
  if (question !== undefined) {
    if (json) terminal.printJson(question);
    else printQuestion(terminal, question);
    return 0;
  }
  const change = await find(worker, `/api/changes/${key}`, changeDetailSchema);
  if (change === undefined) {
    throw new UserError('there is no such update, question or change', {
      which: id,
      code: 'not-found',
      next: 'specloop updates, specloop questions and specloop changes list them',
    });
  }
  if (json) terminal.printJson(change);
  else printChange(terminal, change);
  return 0;
}

async function find<Schema extends z.ZodType>(
  worker: WorkerClient,
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  try {
    return await worker.get(path, schema);
  } catch (error) {
    if (error instanceof UserError && error.code === 'not-found') return undefined;
    throw error;
  }
}

function printQuestion(terminal: Terminal, question: Question): void {
  terminal.print(`${terminal.paint(plain(question.text), 'bold')}`);
  terminal.print(
    `${question.id}  ${question.state}${question.change === undefined ? '' : `  ${question.change}`}`,
  );
  if (question.why !== undefined) terminal.print(`why: ${plain(question.why)}`);
  for (const place of question.places ?? []) terminal.print(`at:  ${place.file}:${place.line}`);
  for (const option of question.options ?? []) {
    terminal.print(`  - ${plain(option)}${option === question.recommended ? '  (recommended)' : ''}`);
  }
  if (question.answer !== undefined) {
    terminal.print(`answer: ${plain(question.answer)}  — ${plain(question.answered_by ?? 'unknown')}`);
  }
  if (question.no_answer_reason !== undefined)
    terminal.print(`no answer: ${plain(question.no_answer_reason)}`);
}

function printChange(terminal: Terminal, change: z.output<typeof changeDetailSchema>): void {
  const waiting = change.waiting_for === undefined ? '' : `  waits for ${change.waiting_for.join(', ')}`;
  terminal.print(`${terminal.paint(change.id, 'bold')}  ${change.state}${waiting}`);
  if (change.problem !== undefined) terminal.print(plain(change.problem));
  for (const finding of change.findings_list) {
    terminal.print(
      `${finding.severity.padEnd(7)}  ${finding.file}:${finding.line}  ${plain(finding.message)}  ${finding.rule}`,
    );
  }
  for (const question of change.questions) {
    terminal.print(`question ${question.id}  ${question.state}  ${plain(question.text)}`);
  }
  for (const update of change.updates)
    terminal.print(`update   ${update.id}  ${update.state}  ${plain(update.reason)}`);
}
