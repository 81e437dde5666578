import type { ExitCode } from '../../errors.ts';
import { pageOf } from '../../http/schemas.ts';
import { updateSchema } from '../../types/index.ts';
import { age } from '../age.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';
import { stateCell } from '../state-colour.ts';
import { renderTable } from '../table.ts';

/** `specloop updates`: what was written, and what waits for a yes. */
export async function run(context: CommandContext, options: { state?: string }): Promise<ExitCode> {
  const { terminal } = context;
  const { worker } = await connect(context);
  const state = options.state === undefined ? '' : `&state=${encodeURIComponent(options.state)}`;
  const page = await worker.get(`/api/updates?limit=1000${state}`, pageOf(updateSchema));
  if (context.json) {
    terminal.printJson(page);
    return 0;
  }
  if (page.items.length === 0) {
    terminal.say('No updates.');
    return 0;
  }
  const table = renderTable(
    terminal,
    [
      { title: 'UPDATE', of: (update) => update.id },
      {
        title: 'STATE',
        of: (update) =>
          update.undone_by === undefined ? stateCell(update.state) : { text: 'undone', colour: 'dim' },
      },
      { title: 'WHEN', of: (update) => age(update.at) },
      { title: 'FILE', of: (update) => update.path },
      {
        title: 'WHY',
        of: (update) => (update.note === undefined ? update.reason : `${update.reason} (${update.note})`),
      },
    ],
    page.items,
  );
  terminal.print(table);
  if (page.items.some((update) => update.state === 'awaitingApproval')) {
    terminal.say(
      'See one with: specloop show ID   then: specloop approve ID, or specloop reject ID --why TEXT',
    );
  }
  return 0;
}
