import { z } from 'zod';
import type { ExitCode } from '../../errors.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';

/** `specloop pause` and `specloop resume`: all use of models. */
export async function run(context: CommandContext, verb: 'pause' | 'resume'): Promise<ExitCode> {
  const { terminal } = context;
  const { worker } = await connect(context);
  const reply = await worker.post(`/api/${verb}`, {}, z.object({ paused: z.boolean() }));
  if (context.json) terminal.printJson(reply);
  else
    terminal.print(
      reply.paused ? 'models are paused; rules, questions and updates go on' : 'models are used again',
    );
  return 0;
}
