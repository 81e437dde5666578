import { type Config, loadConfig } from '../../config/index.ts';
import { type CommandContext, configFlags } from '../command-context.ts';
import { type DoctorCheck, guarded } from './check.ts';
import { checkHttpPort, checkNode, checkSocket, checkStateDir } from './machine.ts';
import { checkModel, checkModelAnswers } from './model.ts';
import { checkRedis } from './redis.ts';
import { checkGit, checkOpenSpec, checkRoot } from './repository.ts';
import { findWorker } from './worker.ts';

export type { DoctorCheck } from './check.ts';

/** Looks at everything that a worker needs. The configuration comes first: without it there is nothing to look for. */
export async function runChecks(
  context: CommandContext,
  options: { withModel: boolean },
): Promise<DoctorCheck[]> {
  const node = checkNode(process.versions.node);
  const loaded: { config?: Config } = {};
  const root = await guarded('root', async () => {
    const { env, cwd } = context;
    loaded.config = await loadConfig({ argv: configFlags(context), env, cwd, makeStateDir: false });
    return checkRoot(loaded.config.root);
  });
  const { config } = loaded;
  if (config === undefined) return [node, ...root];

  const worker = await findWorker(context, config);
  const groups = await Promise.all([
    guarded('redis', () => checkRedis(config, { worker, env: context.env, signal: context.signal })),
    guarded('state-dir', () => checkStateDir(config.stateDir)),
    guarded('socket', () => checkSocket(config.socketPath, worker)),
    guarded('http-port', () => checkHttpPort(config.http, worker)),
    guarded('git', () => checkGit(config.root)),
    guarded('openspec', () => checkOpenSpec(config.root)),
    guarded('lm-studio', () => checkModel(config, context.signal)),
  ]);
  const answers = options.withModel
    ? await guarded('model-answers', () => checkModelAnswers(config, context.signal))
    : [];
  return [node, ...root, ...groups.flat(), ...answers];
}
