import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { TerminalError } from '../errors.ts';

/** Nothing that git does for us takes longer on a healthy repository; a FIFO as `.gitattributes` hangs it for ever. */
const DEFAULT_TIME_LIMIT_MS = 20_000;
const MAX_OUTPUT_BYTES = 128 * 1024 * 1024;

/** A git call that did not do its work. The message is git's own sentence where it said one. */
export class GitFailure extends TerminalError {
  override name = 'GitFailure';
}

/** A full disk, a read-only folder: of the file system's making. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'errno' in error;
}

/** What a call needs besides its arguments. */
export interface GitCall {
  cwd: string;
  env: NodeJS.ProcessEnv;
  input?: Buffer | undefined;
  timeLimitMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** exit codes that are an answer, not a failure; 0 is always one */
  accept?: readonly number[] | undefined;
  /** a descriptor that the child inherits, so that a kernel lock outlives a killed parent until the child has ended */
  lockFd?: number | undefined;
}

export interface GitReply {
  code: number;
  stdout: Buffer;
}

/** A running git with its three pipes. */
export interface GitChild {
  process: ChildProcess;
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
}

/** Spawns git in a session of its own: it has no terminal to ask on, and it is ended with all that it started. */
export function spawnGit(args: readonly string[], call: Pick<GitCall, 'cwd' | 'env' | 'lockFd'>): GitChild {
  const child: ChildProcess = spawn('git', [...args], {
    cwd: call.cwd,
    env: call.env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', call.lockFd ?? 'ignore'],
  });
  const { stdin, stdout, stderr } = child;
  // A child that ends without reading its input is judged by its exit code, not by the broken pipe.
  stdin?.on('error', () => undefined);
  if (stdin === null || stdout === null || stderr === null) {
    child.on('error', () => undefined);
    throw new GitFailure('git could not be started');
  }
  return { process: child, stdin, stdout, stderr };
}

/** Ends a child of ours and whatever it started. */
export function killGit(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it ended by itself in between
  }
}

/** The sentence git ended with: its last `fatal:` or `error:` line, else its last line. */
export function gitSentence(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const said =
    lines.findLast((line) => line.startsWith('fatal: ') || line.startsWith('error: ')) ?? lines.at(-1);
  return said === undefined ? '' : said.replace(/^(?:fatal|error): /, '');
}

/**
 * Runs git once and collects what it says.
 * @throws GitFailure on an exit code that is not accepted, the time limit, or no git; the signal's reason when aborted
 */
export function runGit(args: readonly string[], call: GitCall): Promise<GitReply> {
  call.signal?.throwIfAborted();
  const { promise, resolve, reject } = withResolvers<GitReply>();
  const child = spawnGit(args, call);
  const verb = args[0] ?? '';
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let sizeBytes = 0;
  let ended: Error | undefined;

  const stop = (why: Error) => {
    ended ??= why;
    killGit(child.process.pid);
  };
  const timeLimitMs = call.timeLimitMs ?? DEFAULT_TIME_LIMIT_MS;
  const timer = setTimeout(
    () => stop(new GitFailure(`git ${verb} did not end within ${timeLimitMs / 1000} s`)),
    timeLimitMs,
  );
  const onAbort = () => stop(abortReason(call.signal));
  call.signal?.addEventListener('abort', onAbort, { once: true });
  const collect = (into: Buffer[]) => (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_OUTPUT_BYTES)
      stop(new GitFailure(`git ${verb} said more than ${MAX_OUTPUT_BYTES} bytes`));
    else into.push(chunk);
  };
  child.stdout.on('data', collect(stdout));
  child.stderr.on('data', collect(stderr));
  child.process.on('error', (error) => {
    ended ??= spawnFailure(error, call.cwd);
  });
  child.process.on('close', (code) => {
    clearTimeout(timer);
    call.signal?.removeEventListener('abort', onAbort);
    if (ended !== undefined) return reject(ended);
    if (code === 0 || (code !== null && call.accept?.includes(code) === true)) {
      return resolve({ code, stdout: Buffer.concat(stdout) });
    }
    const sentence = gitSentence(Buffer.concat(stderr).toString('utf8'));
    reject(new GitFailure(sentence === '' ? `git ${verb} ended with ${code}` : sentence));
  });
  child.stdin.end(call.input);
  return promise;
}

/** What a failed spawn means: a missing folder and a missing git give the same code. */
export function spawnFailure(error: Error, cwd: string): GitFailure {
  const missing = 'code' in error && error.code === 'ENOENT';
  return new GitFailure(missing ? `git is not installed, or ${cwd} is gone` : error.message, {
    cause: error,
  });
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('aborted');
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
