import { loadConfig } from '../../config/index.ts';
import type { ExitCode } from '../../errors.ts';
import { bridgeStdio, serveReviewOnly } from '../../mcp/index.ts';
import { readRoot } from '../../openspec/root.ts';
import { reviewResult } from '../../review/review-result.ts';
import { packageVersion } from '../../version.ts';
import { chooseChanges } from '../choose-changes.ts';
import { type CommandContext, configFlags } from '../command-context.ts';
import { findSocket } from '../connect.ts';
import { reviewByRules } from '../review-by-rules.ts';

/**
 * `specloop mcp`: an MCP server on stdio, in front of the running worker; without one it still reviews. Stdout carries
 * nothing else.
 */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { socketPath } = await findSocket(context);
  await bridgeStdio({
    socketPath,
    signal: context.signal,
    withoutWorker: (readable, writable) =>
      serveReviewOnly(readable, writable, {
        version: packageVersion(),
        review: (change) => review(context, change),
      }),
  });
  return 0;
}

async function review(context: CommandContext, change: string | undefined) {
  const { env, cwd } = context;
  const config = await loadConfig({ argv: configFlags(context), env, cwd, makeStateDir: false });
  const opened = await readRoot(config.root);
  const chosen = chooseChanges(change === undefined ? [] : [change], opened.changes);
  const ids = chosen.map(({ id }) => id);
  return reviewResult(config.root, ids, await reviewByRules(opened, chosen, config));
}
