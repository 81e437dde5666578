import { resolve } from 'node:path';
import { z } from 'zod';
import { loadConfig, stateDirOf } from '../config/index.ts';
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
  let workerRoot: string | undefined;
  const worker = await connectToWorker({
    socketPath,
    startCommand,
    signal: context.signal,
    onRoot: (told) => {
      workerRoot = told;
    },
  });
  await worker.get('/livez', z.unknown());
  if (root !== undefined && workerRoot !== undefined)
    await refuseOtherRepository({ context, root, workerRoot, socketPath });
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

/**
 * Two repositories may share the default socket: a command for the one must not read or write the other. Worktrees of one
 * repository share its state folder, and their worker.
 */
async function refuseOtherRepository(o: {
  context: CommandContext;
  root: string;
  workerRoot: string;
  socketPath: string;
}): Promise<void> {
  const { context, root, workerRoot, socketPath } = o;
  if (root === workerRoot) return;
  const { env } = context;
  const [ours, theirs] = await Promise.all([root, workerRoot].map((of) => stateDirOf({ env, root: of })));
  if (ours === theirs) return;
  throw new UserError('the worker of this socket looks after another folder', {
    which: socketPath,
    why: `it is started on ${workerRoot}, and this command is about ${root}`,
    next: 'give each repository a socket of its own (WORKFLOW_ORCHESTRATOR_SOCKET, or socket_path in specloop.yaml)',
    exitCode: 3,
    code: 'other-root',
  });
}
