import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd: string;
  env?: Record<string, string>;
}

/** Runs the built command as a process of its own, with nothing of this process's environment but PATH and HOME. */
export function startCommand(main: string, args: string[], options: RunOptions): ChildProcess {
  const env = { PATH: process.env.PATH ?? '', HOME: options.cwd, ...options.env };
  return spawn(process.execPath, [main, ...args], {
    cwd: options.cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export async function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}

export function runCommand(main: string, args: string[], options: RunOptions): Promise<Ended> {
  return ended(startCommand(main, args, options));
}
