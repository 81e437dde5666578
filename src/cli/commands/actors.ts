import type { ExitCode } from '../../errors.ts';
import { actorHistorySchema, actorSchema, pageOf } from '../../http/schemas.ts';
import { age } from '../age.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';
import { plain } from '../plain.ts';
import { stateCell } from '../state-colour.ts';
import { renderTable } from '../table.ts';

export interface ActorsOptions {
  parked?: boolean;
  failed?: boolean;
}

/** `specloop actors [ID]`: the durable actors, or one with its history. */
export async function run(
  context: CommandContext,
  id: string | undefined,
  options: ActorsOptions,
): Promise<ExitCode> {
  return id === undefined ? list(context, options) : one(context, id);
}

async function list(context: CommandContext, options: ActorsOptions): Promise<ExitCode> {
  const { terminal } = context;
  const { worker } = await connect(context);
  const page = await worker.get('/api/actors?limit=1000', pageOf(actorSchema));
  const wanted = page.items.filter(({ status, state }) => {
    if (options.parked === true) return status === 'parked';
    return options.failed !== true || status === 'error' || state === 'failed';
  });
  if (context.json) {
    terminal.printJson({ ...page, items: wanted });
    return 0;
  }
  if (wanted.length === 0) {
    terminal.say('No such actors.');
    return 0;
  }
  const table = renderTable(
    terminal,
    [
      { title: 'MACHINE', of: (actor) => `${actor.machine}@${actor.version}` },
      { title: 'STATUS', of: (actor) => actor.status },
      { title: 'STATE', of: (actor) => stateCell(actor.state) },
      { title: 'SEQ', of: (actor) => `${actor.seq}` },
      { title: 'SINCE', of: (actor) => age(actor.since) },
      { title: 'ACTOR', of: (actor) => actor.id },
    ],
    wanted,
  );
  terminal.print(table);
  return 0;
}

async function one(context: CommandContext, id: string): Promise<ExitCode> {
  const { terminal } = context;
  const { worker } = await connect(context);
  const key = encodeURIComponent(id);
  const actor = await worker.get(`/api/actors/${key}`, actorSchema);
  const history = await worker.get(`/api/actors/${key}/history`, pageOf(actorHistorySchema));
  if (context.json) {
    terminal.printJson({ ...actor, history: history.items });
    return 0;
  }
  const waiting = actor.waiting_for === undefined ? '' : `  waits for ${actor.waiting_for.join(', ')}`;
  terminal.print(
    `${plain(actor.id)}  ${actor.machine}@${actor.version}  ${actor.status}  ${actor.state}${waiting}`,
  );
  const table = renderTable(
    terminal,
    [
      { title: 'SEQ', of: (entry) => `${entry.seq}` },
      { title: 'AT', of: (entry) => entry.at },
      { title: 'EVENT', of: (entry) => entry.event },
      { title: 'STATE', of: (entry) => (entry.from === entry.to ? entry.to : `${entry.from} → ${entry.to}`) },
      { title: 'EFFECTS', of: (entry) => entry.effects.join(', ') },
    ],
    history.items,
  );
  terminal.print(table);
  return 0;
}
