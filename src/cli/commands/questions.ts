import type { ExitCode } from '../../errors.ts';
import { pageOf } from '../../http/schemas.ts';
import { type Question, questionSchema } from '../../types/index.ts';
import { age } from '../age.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';
import { stateCell } from '../state-colour.ts';
import { renderTable } from '../table.ts';

/** `specloop questions`: the open ones, those of a state, or all. */
export async function run(
  context: CommandContext,
  options: { all?: boolean; state?: string },
): Promise<ExitCode> {
  const { terminal } = context;
  const { worker } = await connect(context);
  const state = options.all === true ? 'all' : options.state;
  const query = state === undefined ? '' : `&state=${encodeURIComponent(state)}`;
  const page = await worker.get(`/api/questions?limit=1000${query}`, pageOf(questionSchema));
  if (context.json) {
    terminal.printJson(page);
    return 0;
  }
  if (page.items.length > 0) terminal.print(renderTable(terminal, columns(), page.items.toSorted(mineFirst)));
  else
    terminal.say(state === undefined ? 'No open questions. Ended ones: specloop questions --all' : 'None.');
  if (page.items.some((question) => question.state === 'escalated')) {
    terminal.say('Answer one with: specloop answer ID "TEXT"   (specloop show ID tells more)');
  }
  return 0;
}

function columns() {
  return [
    { title: 'ID', of: (question: Question) => question.id },
    { title: 'STATE', of: (question: Question) => stateCell(question.state) },
    { title: 'CHANGE', of: (question: Question) => question.change ?? '' },
    { title: 'ASKED', of: (question: Question) => age(question.asked_at) },
    {
      title: 'QUESTION',
      of: (question: Question) =>
        question.answer === undefined ? question.text : `${question.text} → ${question.answer}`,
    },
  ];
}

/** What people are asked now comes before what still waits for its turn. */
function mineFirst(a: Question, b: Question): number {
  return Number(b.open_for_people === true) - Number(a.open_for_people === true);
}
