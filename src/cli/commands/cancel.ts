import { type ExitCode, UserError } from '../../errors.ts';
import { changeDetailSchema, questionSchema } from '../../types/index.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';

/** `specloop cancel ID`: withdraws a question, or stops the work on a change. */
export async function run(context: CommandContext, id: string, options: { why?: string }): Promise<ExitCode> {
  const { terminal } = context;
  const { worker } = await connect(context);
  const key = encodeURIComponent(id);
  try {
    const why = options.why === undefined ? {} : { why: options.why };
    const question = await worker.post(`/api/questions/${key}/cancel`, why, questionSchema);
    if (context.json) terminal.printJson(question);
    else terminal.print(`${question.id}  ${question.state}`);
    return question.state === 'cancelled' ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'not-found') throw error;
  }
  const change = await worker.post(`/api/changes/${key}/cancel`, {}, changeDetailSchema);
  if (context.json) terminal.printJson(change);
  else terminal.print(`${change.id}  ${change.state}`);
  return 0;
}
