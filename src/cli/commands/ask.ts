import { type ExitCode, UserError } from '../../errors.ts';
import { personName } from '../../http/person-name.ts';
import { questionSchema } from '../../types/index.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';
import { plain } from '../plain.ts';

const LONGEST_POLL_MS = 50_000;
const ENDED = new Set(['answered', 'expired', 'cancelled']);

export interface AskOptions {
  context?: string[];
  agent?: string;
  thread?: string;
  wait?: number;
}

/** `specloop ask TEXT`: exit 0 once it is asked; with `--wait`, 1 when no answer came in time. */
export async function run(context: CommandContext, text: string, options: AskOptions): Promise<ExitCode> {
  const { terminal } = context;
  const { worker } = await connect(context);
  let question = await worker.post(
    '/api/questions',
    {
      question: text,
      asked_by: personName(context.env),
      context: parseContext(options.context ?? []),
      agent_id: options.agent,
      thread_id: options.thread,
    },
    questionSchema,
  );
  const until = Date.now() + (options.wait ?? 0) * 1000;
  if (options.wait !== undefined && !ENDED.has(question.state)) {
    terminal.say(`asked as ${question.id}, waiting for the answer (Ctrl-C leaves it open)`);
  }
  while (!ENDED.has(question.state) && Date.now() < until) {
    const waitMs = Math.max(1, Math.min(until - Date.now(), LONGEST_POLL_MS));
    question = await worker.get(
      `/api/questions/${encodeURIComponent(question.id)}?wait_ms=${waitMs}`,
      questionSchema,
    );
  }

  if (context.json) terminal.printJson(question);
  else if (question.answer !== undefined) {
    terminal.print(question.answer);
    terminal.say(`— ${plain(question.answered_by ?? 'unknown')}`);
  } else {
    terminal.print(`${question.id}  ${question.state}`);
    if (question.no_answer_reason !== undefined) terminal.say(plain(question.no_answer_reason));
  }
  return options.wait === undefined || question.state === 'answered' ? 0 : 1;
}

function parseContext(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals > 0) return [pair.slice(0, equals), pair.slice(equals + 1)];
      throw new UserError('a piece of context is written KEY=VALUE', {
        which: `--context ${pair}`,
        exitCode: 2,
        code: 'usage',
      });
    }),
  );
}
