import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { toError } from '../errors.ts';
import { isLoopback } from './address.ts';
import { shortText } from './short-text.ts';

const START_LIMIT_MS = 60_000;

export type StartOutcome = { started: true; command: string } | { started: false; why: string };

/**
 * Runs `lms server start` on the port of the base URL, where that command exists. It starts the server only: no model is loaded
 * by it.
 */
export async function startServer(options: {
  baseUrl: string;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
}): Promise<StartOutcome> {
  const env = options.env ?? process.env;
  if (!isLoopback(options.baseUrl)) {
    return { started: false, why: `${options.baseUrl} is another machine: start LM Studio there` };
  }
  const command = await findLms(env);
  if (command === undefined) {
    return { started: false, why: 'there is no lms command: install LM Studio, or start its server by hand' };
  }
  const { port } = new URL(options.baseUrl);
  const args = ['server', 'start', ...(port === '' ? [] : ['--port', port])];
  try {
    await promisify(execFile)(command, args, {
      env,
      timeout: START_LIMIT_MS,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    return { started: true, command: [command, ...args].join(' ') };
  } catch (thrown) {
    options.signal?.throwIfAborted();
    return { started: false, why: `${command} failed: ${shortText(toError(thrown).message)}` };
  }
}

/** The `lms` command on the PATH, or where LM Studio's installer puts it without touching the PATH. */
async function findLms(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const home = env.HOME ?? homedir();
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...folders, join(home, '.lmstudio', 'bin'), join(home, '.cache', 'lm-studio', 'bin')];
  for (const folder of candidates) {
    const file = join(folder, 'lms');
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
