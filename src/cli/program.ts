import { Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from '../errors.ts';
import type { CommandContext } from './command-context.ts';
import type { ActorsOptions } from './commands/actors.ts';
import type { AskOptions } from './commands/ask.ts';
import type { ReviewOptions } from './commands/review.ts';

/** Makes the context once the flags are known, runs a command in it and keeps its exit code. */
export type Runner = (command: Command, run: (context: CommandContext) => Promise<ExitCode>) => Promise<void>;

/**
 * Every command with its arguments and flags. Its code is loaded when it runs: what a person waits for at each call is
 * only what that call needs.
 */
export function buildProgram(options: { version: string; runner: Runner }): Command {
  const { runner } = options;
  const program = new Command('specloop')
    .description('Reviews OpenSpec changes, asks what they leave open, and writes answers back with undo')
    .version(options.version)
    .option('--root <dir>', 'the openspec/ folder (default: the nearest one)')
    .option('--config <file>', 'the configuration (default: specloop.yaml beside the root)')
    .option('--verbose', 'show where an error came from')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showSuggestionAfterError();

  addWorkCommands(program, runner);
  addQuestionCommands(program, runner);
  addUpdateCommands(program, runner);
  addOperationCommands(program, runner);
  program.addHelpText('after', EXAMPLES);
  return program;
}

function addWorkCommands(program: Command, runner: Runner): void {
  program
    .command('start')
    .description('run the worker, with dashboard and API, until Ctrl-C')
    .option('--join', 'join the workers that hold this root already')
    .option('--inspect', 'serve the Stately wire events on a WebSocket, too')
    .action(async (flags: { join?: boolean; inspect?: boolean }, command: Command) => {
      const { run } = await import('./commands/start.ts');
      await runner(command, (context) => run(context, flags));
    });
  program
    .command('init')
    .description('write a commented specloop.yaml beside the root')
    .action(async (_flags: object, command: Command) => {
      const { run } = await import('./commands/init.ts');
      await runner(command, run);
    });
  reading(program.command('doctor'))
    .description('check everything that a worker needs, with remedies')
    .option('--model', 'also let the model answer one tiny question')
    .action(async (flags: { model?: boolean }, command: Command) => {
      const { run } = await import('./commands/doctor.ts');
      await runner(command, (context) => run(context, flags));
    });
  reading(program.command('status'))
    .description('how everything is, and what waits for whom')
    .action(async (_flags: object, command: Command) => {
      const { run } = await import('./commands/status.ts');
      await runner(command, run);
    });
  reading(program.command('review'))
    .description('review changes here and now: no worker, no Redis')
    .argument('[changes...]', 'names of changes; all active ones without any')
    .option('--all', 'every active change (the default)')
    .option('--no-model', 'rules and validation only')
    .option('--lm <url>', 'ask the model of this LM Studio, too')
    .option('--since <ref>', 'only findings that were not there at a commit')
    .addOption(
      new Option('--format <format>', 'how to print')
        .choices(['text', 'json', 'sarif', 'github', 'markdown'])
        .default('text'),
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit 4 from this severity on')
        .choices(['error', 'warning', 'never'])
        .default('error'),
    )
    .action(async (changes: string[], flags: ReviewOptions, command: Command) => {
      const { run } = await import('./commands/review.ts');
      await runner(command, (context) => run(context, changes, flags));
    });
  reading(program.command('changes'))
    .description('the active changes and what they wait for')
    .option('--state <state>', 'those of one state, archived ones too')
    .action(async (flags: { state?: string }, command: Command) => {
      const { run } = await import('./commands/changes.ts');
      await runner(command, (context) => run(context, flags));
    });
  reading(program.command('retry'))
    .description('try a failed change again')
    .argument('<id>')
    .action(async (id: string, _flags: object, command: Command) => {
      const { run } = await import('./commands/retry.ts');
      await runner(command, (context) => run(context, id));
    });
}

function addQuestionCommands(program: Command, runner: Runner): void {
  reading(program.command('questions'))
    .description('the open questions')
    .option('--all', 'ended ones too')
    .option('--state <state>', 'those of one state')
    .action(async (flags: { all?: boolean; state?: string }, command: Command) => {
      const { run } = await import('./commands/questions.ts');
      await runner(command, (context) => run(context, flags));
    });
  reading(program.command('ask'))
    .description('ask a question')
    .argument('<text>')
    .option('--context <key=value...>', 'what the question is about')
    .option('--agent <id>', 'who shall answer')
    .option('--thread <id>', 'the conversation that it belongs to')
    .option('--wait <seconds>', 'wait for the answer', seconds)
    .action(async (text: string, flags: AskOptions, command: Command) => {
      const { run } = await import('./commands/ask.ts');
      await runner(command, (context) => run(context, text, flags));
    });
  reading(program.command('answer'))
    .description('answer a question')
    .argument('<id>')
    .argument('<text>')
    .action(async (id: string, text: string, _flags: object, command: Command) => {
      const { run } = await import('./commands/answer.ts');
      await runner(command, (context) => run(context, id, text));
    });
  reading(program.command('cancel'))
    .description('withdraw a question, or stop the work on a change')
    .argument('<id>')
    .option('--why <text>', 'the reason that is kept')
    .action(async (id: string, flags: { why?: string }, command: Command) => {
      const { run } = await import('./commands/cancel.ts');
      await runner(command, (context) => run(context, id, flags));
    });
  reading(program.command('threads'))
    .description('threads of questions')
    .action(async (_flags: object, command: Command) => {
      const { run } = await import('./commands/threads.ts');
      await runner(command, run);
    });
  reading(program.command('agents'))
    .description('who may be asked')
    .action(async (_flags: object, command: Command) => {
      const { run } = await import('./commands/agents.ts');
      await runner(command, run);
    });
}

function addUpdateCommands(program: Command, runner: Runner): void {
  reading(program.command('updates'))
    .description('what was written, and what waits for a yes')
    .option('--state <state>', 'those of one state')
    .action(async (flags: { state?: string }, command: Command) => {
      const { run } = await import('./commands/updates.ts');
      await runner(command, (context) => run(context, flags));
    });
  reading(program.command('show'))
    .description('an update with its hunks, a question, or a change')
    .argument('<id>')
    .action(async (id: string, _flags: object, command: Command) => {
      const { run } = await import('./commands/show.ts');
      await runner(command, (context) => run(context, id));
    });
  reading(program.command('approve'))
    .description('approve an update; returns when it is written')
    .argument('<id>')
    .option('--hunk <n...>', 'only these hunks')
    .action(async (id: string, flags: { hunk?: string[] }, command: Command) => {
      const { run } = await import('./commands/approve.ts');
      await runner(command, (context) => run(context, id, flags));
    });
  reading(program.command('reject'))
    .description('reject an update; it is not proposed again')
    .argument('<id>')
    .requiredOption('--why <text>', 'the reason, which later proposals learn from')
    .option('--hunk <n...>', 'only these hunks')
    .action(async (id: string, flags: { why: string; hunk?: string[] }, command: Command) => {
      const { run } = await import('./commands/reject.ts');
      await runner(command, (context) => run(context, id, flags));
    });
  reading(program.command('undo'))
    .description('undo an applied update; returns when the document is back')
    .argument('<id>')
    .option('--hunk <n...>', 'only these hunks')
    .action(async (id: string, flags: { hunk?: string[] }, command: Command) => {
      const { run } = await import('./commands/undo.ts');
      await runner(command, (context) => run(context, id, flags));
    });
  reading(program.command('history'))
    .description('what specloop wrote into a document')
    .argument('<path>')
    .action(async (path: string, _flags: object, command: Command) => {
      const { run } = await import('./commands/history.ts');
      await runner(command, (context) => run(context, path));
    });
}

function addOperationCommands(program: Command, runner: Runner): void {
  for (const verb of ['pause', 'resume'] as const) {
    reading(program.command(verb))
      .description(`${verb} all use of models`)
      .action(async (_flags: object, command: Command) => {
        const { run } = await import('./commands/pause.ts');
        await runner(command, (context) => run(context, verb));
      });
  }
  reading(program.command('actors'))
    .description('the durable actors, or one with its history')
    .argument('[id]')
    .addOption(new Option('--parked', 'only parked ones').conflicts('failed'))
    .option('--failed', 'only failed ones')
    .action(async (id: string | undefined, flags: ActorsOptions, command: Command) => {
      const { run } = await import('./commands/actors.ts');
      await runner(command, (context) => run(context, id, flags));
    });
  reading(program.command('open'))
    .description('open the dashboard, signed in')
    .action(async (_flags: object, command: Command) => {
      const { run } = await import('./commands/open.ts');
      await runner(command, run);
    });
  program
    .command('mcp')
    .description('an MCP server on stdio, in front of the running worker')
    .action(async (_flags: object, command: Command) => {
      const { run } = await import('./commands/mcp.ts');
      await runner(command, run);
    });
}

function reading(command: Command): Command {
  return command.option('--json', 'one JSON document on stdout');
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('expected seconds');
  return value;
}

const EXAMPLES = `
Examples:
  specloop review                          review every active change, here and now
  specloop review add-login --since main   only what this branch brought in
  specloop start --root ./openspec         watch the folder, review, ask, write answers back
  specloop questions                       what is open
  specloop answer ID "15 minutes"          answer it: the answer stands in the documents
  specloop undo ID                         take an update back

Exit codes: 0 fine, 1 failed, 2 usage, 3 something needed is missing, 4 findings, 130 interrupted
`;
