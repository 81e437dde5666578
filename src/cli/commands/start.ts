import { loadConfig } from '../../config/index.ts';
import type { ExitCode } from '../../errors.ts';
import { startWorker } from '../../worker.ts';
import { type CommandContext, configFlags } from '../command-context.ts';

const leftoverPatienceMs = 500;

/** `specloop start`: the worker, until Ctrl-C or SIGTERM. A second signal ends the process at once. */
export async function run(
  context: CommandContext,
  options: { join?: boolean; inspect?: boolean },
): Promise<ExitCode> {
  const { terminal, signal, env, cwd } = context;
  const config = await loadConfig({ argv: configFlags(context), env, cwd });
  const worker = await startWorker(config, {
    join: options.join === true,
    inspect: options.inspect === true,
    onLine: (line) => terminal.say(line),
    signal,
  });
  const stop = () => {
    terminal.say('stopping (once more to stop at once)');
    void worker.stop();
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  await worker.stopped;
  // Only where something still holds the process: a connection that keeps asking for a Redis that is gone.
  setTimeout(() => process.exit(0), leftoverPatienceMs).unref();
  return 0;
}
