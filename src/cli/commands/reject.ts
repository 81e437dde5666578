import type { ExitCode } from '../../errors.ts';
import { actOnUpdate, hunkNumbers } from '../await-update.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';

/** `specloop reject ID --why TEXT`: exit 0 when it is rejected. */
export async function run(
  context: CommandContext,
  id: string,
  options: { why: string; hunk?: string[] },
): Promise<ExitCode> {
  const { worker } = await connect(context);
  const body = { why: options.why, ...hunkNumbers(options.hunk) };
  return actOnUpdate(context, worker, { id, verb: 'reject', body, wanted: 'rejected' });
}
