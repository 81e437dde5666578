import type { ExitCode } from '../../errors.ts';
import { changeDetailSchema } from '../../types/index.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';

/** `specloop retry ID`: tries a failed change again. */
export async function run(context: CommandContext, id: string): Promise<ExitCode> {
  const { terminal } = context;
  const { worker } = await connect(context);
  const change = await worker.post(`/api/changes/${encodeURIComponent(id)}/retry`, {}, changeDetailSchema);
  if (context.json) terminal.printJson(change);
  else terminal.print(`${change.id}  ${change.state}`);
  return 0;
}
