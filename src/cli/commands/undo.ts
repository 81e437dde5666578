import type { ExitCode } from '../../errors.ts';
import { personName } from '../../http/person-name.ts';
import { actOnUpdate, hunkNumbers } from '../await-update.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';

/** `specloop undo ID`: exit 0 when the document is back as it was. */
export async function run(
  context: CommandContext,
  id: string,
  options: { hunk?: string[] },
): Promise<ExitCode> {
  const { worker } = await connect(context);
  const body = { by: personName(context.env), ...hunkNumbers(options.hunk) };
  return actOnUpdate(context, worker, { id, verb: 'undo', body, wanted: 'applied' });
}
