import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import type { ExitCode } from '../../errors.ts';
import type { CommandContext } from '../command-context.ts';
import { connect } from '../connect.ts';

const link = z.object({ url: z.string(), expires_at: z.string() });

/** `specloop open`: signs the browser in. The link works once and for five minutes. */
export async function run(context: CommandContext): Promise<ExitCode> {
  const { terminal, json } = context;
  const { worker } = await connect(context);
  const signIn = await worker.post('/api/signin-codes', {}, link);
  if (json) terminal.printJson(signIn);
  else terminal.print(signIn.url);
  if (json || !terminal.interactive) return 0;
  const opened = await openBrowser(signIn.url);
  terminal.say(
    opened ? 'opened in the browser' : 'open this address in a browser of this computer; it works once',
  );
  return 0;
}

async function openBrowser(url: string): Promise<boolean> {
  const command = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const browser = spawn(command, [url], { stdio: 'ignore', detached: true });
  try {
    await once(browser, 'spawn');
    browser.unref();
    return true;
  } catch {
    return false;
  }
}
