import type { ExitCode } from '../../errors.ts';
import { agentSchema, pageOf } from '../../http/schemas.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';
import { renderTable } from '../table.ts';

/** `specloop agents`: who may be asked, and what they can answer. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { terminal } = context;
  const { worker } = await connect(context);
  const page = await worker.get('/api/agents', pageOf(agentSchema));
  if (context.json) {
    terminal.printJson(page);
    return 0;
  }
  const table = renderTable(
    terminal,
    [
      { title: 'AGENT', of: (agent) => agent.id },
      { title: 'KIND', of: (agent) => agent.kind },
      { title: 'NOW', of: (agent) => (agent.available ? 'there' : { text: 'away', colour: 'yellow' }) },
      { title: 'CAN ANSWER', of: (agent) => agent.capabilities.join(', ') || agent.description },
    ],
    page.items,
  );
  terminal.print(table);
  return 0;
}
