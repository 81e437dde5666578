import { loadConfig } from '../../config/index.ts';
import type { ExitCode } from '../../errors.ts';
import { bridgeStdio } from '../../mcp/index.ts';
import { type CommandContext, configFlags } from '../command-context.ts';

/** `specloop mcp`: an MCP server on stdio, in front of the running worker. Stdout carries nothing else. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { env, cwd } = context;
  const config = await loadConfig({ argv: configFlags(context), env, cwd, makeStateDir: false });
  await bridgeStdio({ socketPath: config.socketPath });
  return 0;
}
