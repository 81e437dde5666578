import { z } from 'zod';
import type { ExitCode } from '../../errors.ts';
import { personName } from '../../http/person-name.ts';
import { questionSchema, updateSchema } from '../../types/index.ts';
import { outcome } from '../await-update.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';

const reply = z.object({
  accepted: z.boolean(),
  question: questionSchema,
  update: updateSchema.optional(),
});

/** `specloop answer ID TEXT`: exit 1 when the answer was not taken. */
export async function run(context: CommandContext, id: string, text: string): Promise<ExitCode> {
  const { terminal } = context;
  const { worker } = await connect(context);
  const body = { answer: text, by: personName(context.env) };
  const { accepted, question, update } = await worker.post(
    `/api/questions/${encodeURIComponent(id)}/answer`,
    body,
    reply,
  );
  if (context.json) terminal.printJson({ accepted, question, ...(update && { update }) });
  else if (accepted)
    terminal.print(`${question.id}  ${question.state}${question.late === true ? ' (late)' : ''}`);
  if (update !== undefined && !context.json) terminal.print(outcome(update));
  if (accepted) return update === undefined || update.state === 'applied' ? 0 : 1;
  terminal.say(`not taken: the question is ${question.state} already`);
  if (question.answer !== undefined) terminal.say(`the answer that stands: ${question.answer}`);
  return 1;
}
