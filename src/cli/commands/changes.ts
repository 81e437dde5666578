import type { ExitCode } from '../../errors.ts';
import { pageOf } from '../../http/schemas.ts';
import { type ChangeSummary, changeSummarySchema, type FindingCounts } from '../../types/index.ts';
import { age } from '../age.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';
import { stateCell } from '../state-colour.ts';
import { type Cell, renderTable } from '../table.ts';

/** `specloop changes`: the active changes, or those of a state. */
export async function run(context: CommandContext, options: { state?: string }): Promise<ExitCode> {
  const { terminal } = context;
  const { worker } = await connect(context);
  const state = options.state === undefined ? '' : `&state=${encodeURIComponent(options.state)}`;
  const page = await worker.get(`/api/changes?limit=1000${state}`, pageOf(changeSummarySchema));
  if (context.json) {
    terminal.printJson(page);
    return 0;
  }
  if (page.items.length === 0) {
    terminal.say('No changes. Begin one with: npx openspec new change NAME');
    return 0;
  }
  const table = renderTable(
    terminal,
    [
      { title: 'CHANGE', of: (change) => change.id },
      { title: 'STATE', of: (change) => stateCell(change.state) },
      { title: 'FINDINGS', of: (change) => findingsCell(change.findings) },
      { title: 'QUESTIONS', of: (change) => `${change.questions_open}` },
      { title: 'UPDATES', of: (change) => `${change.updates_pending}` },
      { title: 'SINCE', of: (change) => age(change.since) },
      { title: 'WAITING FOR', of: waitsFor },
    ],
    page.items,
  );
  terminal.print(table);
  return 0;
}

function findingsCell({ error, warning, info }: FindingCounts): Cell {
  const text = `${error}E ${warning}W ${info}I`;
  if (error > 0) return { text, colour: 'red' };
  return warning > 0 ? { text, colour: 'yellow' } : { text };
}

/** What it waits for; why the model could not be had, or why it failed, in brackets. */
function waitsFor({ waiting_for, problem }: ChangeSummary): string {
  const waits = waiting_for?.join(', ') ?? '';
  if (problem === undefined) return waits;
  return waits === '' ? problem : `${waits} (${problem})`;
}
