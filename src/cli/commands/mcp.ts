import type { ExitCode } from '../../errors.ts';
import { bridgeStdio } from '../../mcp/index.ts';
import type { CommandContext } from '../command-context.ts';
import { findSocket } from '../connect.ts';

/** `specloop mcp`: an MCP server on stdio, in front of the running worker. Stdout carries nothing else. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { socketPath } = await findSocket(context);
  await bridgeStdio({ socketPath, signal: context.signal });
  return 0;
}
