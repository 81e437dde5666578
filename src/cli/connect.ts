import { resolve } from 'node:path';
import { loadConfig } from '../config/index.ts';
import { UserError } from '../errors.ts';
import { connectToWorker, type WorkerClient } from './client.ts';
import { type CommandContext, configFlags } from './command-context.ts';

const DEFAULT_SOCKET = '/tmp/workflow_orchestrator.sock';

export interface Connection {
  worker: WorkerClient;
  /** absolute, where the command runs in or names an OpenSpec folder */
  root: string | undefined;
}

/** Reaches the worker. Outside a repository too: the socket's path does not depend on one. */
export async function connect(context: CommandContext): Promise<Connection> {
  const { socketPath, root } = await findSocket(context);
  const startCommand = `specloop start --root ${root ?? 'PATH/openspec'}`;
  const worker = await connectToWorker({
    socketPath,
    startCommand,
    signal: context.signal,
    onRoot: noteOtherRoot(context, root),
  });
  return { worker, root };
}

/** Where the worker's socket is, and the root that the command stands in. */
export async function findSocket(
  context: CommandContext,
): Promise<{ socketPath: string; root: string | undefined }> {
  const { env, cwd } = context;
  try {
    const { socketPath, root } = await loadConfig({
      argv: configFlags(context),
      env,
      cwd,
      makeStateDir: false,
    });
    return { socketPath, root };
  } catch (error) {
    const noRootHere = error instanceof UserError && error.code === 'no-root' && context.root === undefined;
    if (!noRootHere) throw error;
    return { socketPath: resolve(cwd, env.WORKFLOW_ORCHESTRATOR_SOCKET || DEFAULT_SOCKET), root: undefined };
  }
}

/** Two repositories may share the default socket: whoever stands in the other one is told, once. */
function noteOtherRoot(context: CommandContext, root: string | undefined): (workerRoot: string) => void {
  let told = false;
  return (workerRoot) => {
    if (told || root === undefined || root === workerRoot) return;
    told = true;
    context.terminal.say(`note: the worker of this socket looks after ${workerRoot}, not ${root}`);
  };
}
