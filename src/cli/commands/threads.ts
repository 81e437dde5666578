import type { ExitCode } from '../../errors.ts';
import { pageOf, threadSummarySchema } from '../../http/schemas.ts';
import { age } from '../age.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';
import { renderTable } from '../table.ts';

/** `specloop threads`: threads of questions. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { terminal } = context;
  const { worker } = await connect(context);
  const page = await worker.get('/api/threads', pageOf(threadSummarySchema));
  if (context.json) {
    terminal.printJson(page);
    return 0;
  }
  if (page.items.length === 0) terminal.say('No threads. Begin one with: specloop ask TEXT --thread NAME');
  else {
    const table = renderTable(
      terminal,
      [
        { title: 'LAST', of: (thread) => age(thread.last_at) },
        { title: 'QUESTIONS', of: (thread) => `${thread.questions}` },
        { title: 'THREAD', of: (thread) => thread.id },
      ],
      page.items,
    );
    terminal.print(table);
  }
  return 0;
}
