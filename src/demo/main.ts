#!/usr/bin/env node
import { once } from 'node:events';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { describeError, UserError } from '../errors.ts';
import { runDemo } from './run-demo.ts';
import { SceneError } from './script.ts';
import type { Stage } from './stage.ts';

const usage = `npm run demo [-- --once] [-- --example DIR]

The whole loop on a throw-away copy of an example, with a scripted server in place of LM Studio.
  --once         end when the loop is through: exit 0, or 1 when a part of it did not happen within a minute
  --example DIR  a folder that holds an openspec/ (default: examples/shop)`;

const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));
const dashboardPort = 4100;

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(130);
    say('\nstopping, and removing the copy (once more to stop at once)');
    interruption.abort();
  });
}

process.exitCode = await demo();

async function demo(): Promise<number> {
  const flags = readFlags();
  if (flags === undefined) return 2;
  if (flags.help === true) {
    say(usage);
    return 0;
  }
  const { signal } = interruption;
  let isThrough = false;
  try {
    await runDemo({
      example: resolve(flags.example ?? shop),
      httpPort: flags.once === true ? 0 : dashboardPort,
      onLine: say,
      signal,
      async lookAround(stage) {
        isThrough = true;
        say('\nThe loop is through: reviewed, asked, answered, written, committed, undone.');
        if (flags.once !== true) await untilInterrupted(stage);
      },
    });
    return 0;
  } catch (error) {
    if (signal.aborted) return isThrough ? 0 : 130;
    say(`\n${error instanceof SceneError ? error.message : describeError(error)}`);
    return error instanceof UserError ? error.exitCode : 1;
  }
}

function readFlags(): { once?: boolean; example?: string; help?: boolean } | undefined {
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({ options: { once: flag, help: flag, example: { type: 'string' } } }).values;
  } catch (error) {
    say(`${describeError(error)}\n\n${usage}`);
    return undefined;
  }
}

async function untilInterrupted({ worker }: Stage): Promise<void> {
  const { url } = await worker.post('/api/signin-codes', {}, z.object({ url: z.string() }));
  say(`Look around: ${url} (this link signs a browser in, once)`);
  say(`and in another terminal: WORKFLOW_ORCHESTRATOR_SOCKET=${worker.socketPath} npx specloop changes`);
  say('Ctrl-C ends it and removes the copy.');
  if (!interruption.signal.aborted) await once(interruption.signal, 'abort');
}

/** Prints a line; what a document says cannot move the cursor. */
function say(line: string): void {
  process.stdout.write(`${line.replace(/[^\P{Cc}\n]/gu, ' ')}\n`);
}
