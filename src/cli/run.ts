import { CommanderError } from 'commander';
import { describeError, type ExitCode, toError, UserError } from '../errors.ts';
import { packageVersion } from '../version.ts';
import type { CommandContext } from './command-context.ts';
import { buildProgram, type Runner } from './program.ts';
import { processTerminal } from './terminal.ts';

const sameCtrlCMs = 500;

/** Runs the command line of this process and answers the exit code. Ctrl-C aborts the command, a second one the process. */
export async function runCommandLine(argv: readonly string[]): Promise<ExitCode> {
  const interruption = listenForInterruption();
  const terminal = processTerminal();
  let exitCode: ExitCode = 0;
  let verbose = false;

  const runner: Runner = async (command, run) => {
    const flags: { root?: string; config?: string; verbose?: boolean; json?: boolean } =
      command.optsWithGlobals();
    verbose = flags.verbose === true;
    const context: CommandContext = {
      terminal,
      signal: interruption.signal,
      env: process.env,
      cwd: process.cwd(),
      root: flags.root,
      config: flags.config,
      json: flags.json === true,
    };
    exitCode = await run(context);
  };

  const program = buildProgram({ version: packageVersion(), runner });
  // Thrown, not exited: `exitOverride` has to reach every command, and only settings made before are inherited.
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return usageExitCode(thrown);
    if (interruption.signal.aborted) return 130;
    terminal.say(`specloop: ${describeError(thrown)}`);
    if (verbose) terminal.say(toError(thrown).stack ?? '');
    return thrown instanceof UserError ? thrown.exitCode : 1;
  }
}

/** commander has said what is wrong already; asking for help or the version is no mistake. */
function usageExitCode(error: CommanderError): ExitCode {
  return error.exitCode === 0 ? 0 : 2;
}

function listenForInterruption(): AbortController {
  const interruption = new AbortController();
  let firstAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const now = performance.now();
      // npm hands on a signal that the terminal has sent to the whole group already: one Ctrl-C comes twice.
      if (interruption.signal.aborted && now - firstAt > sameCtrlCMs) process.exit(130);
      if (!interruption.signal.aborted) firstAt = now;
      interruption.abort();
    });
  }
  return interruption;
}
