import { lstat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { UserError } from '../errors.ts';
import { LineSplitter } from './line-splitter.ts';
import { pendingCalls } from './pending-calls.ts';
import { maxLineBytes } from './stream-transport.ts';

export interface BridgeOptions {
  /** the worker's Unix socket */
  socketPath: string;
  stdin?: Readable;
  stdout?: Writable;
  signal?: AbortSignal;
  /**
   * Serves the client when no worker runs: what can be done without one. Without it every call is answered by an error
   * that says how to start a worker.
   */
  withoutWorker?: (readable: Readable, writable: Writable) => Promise<void>;
}

/**
 * `specloop mcp`: joins a desktop client on stdio to the running worker. It passes lines on as they are, and only looks
 * at their ids, so that no call is left without an answer when the worker goes away.
 */
export async function bridgeStdio(options: BridgeOptions): Promise<void> {
  const { socketPath, stdin = process.stdin, stdout = process.stdout, signal } = options;
  const socket = await reach(socketPath);
  if (socket === undefined) {
    if (options.withoutWorker !== undefined) return await options.withoutWorker(stdin, stdout);
    return await refuseAll({
      stdin,
      stdout,
      why: noWorker(socketPath),
      ...(signal !== undefined && { signal }),
    });
  }
  await join({ stdin, stdout, socket, ...(signal !== undefined && { signal }) });
}

/** Connects; undefined when nobody listens. A socket that belongs to somebody else is refused. */
async function reach(path: string): Promise<Socket | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const ours = process.getuid?.();
  if (ours !== undefined && found.uid !== ours) {
    throw new UserError('The socket belongs to another user', {
      which: path,
      next: 'set workflow_orchestrator.socket_path to one of your own',
      code: 'foreign-socket',
    });
  }
  return await new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

interface Ends {
  stdin: Readable;
  stdout: Writable;
  signal?: AbortSignal;
}

/** Passes lines both ways until one side ends. */
function join({ stdin, stdout, socket, signal }: Ends & { socket: Socket }): Promise<void> {
  const pending = pendingCalls();
  return new Promise((resolve) => {
    let over = false;
    const end = () => {
      if (over) return;
      over = true;
      stdin.off('data', fromClient.take);
      stdin.pause();
      for (const line of pending.failures('the specloop worker has stopped; start it and connect again')) {
        stdout.write(line);
      }
      socket.destroy();
      resolve();
    };
    const fromClient = new LineSplitter(maxLineBytes, {
      onLine: (line) => {
        pending.asked(line);
        if (!socket.write(`${line}\n`)) {
          stdin.pause();
          socket.once('drain', () => stdin.resume());
        }
      },
      onTooLong: end,
    });
    const fromWorker = new LineSplitter(2 * maxLineBytes, {
      onLine: (line) => {
        pending.answered(line);
        stdout.write(`${line}\n`);
      },
      onTooLong: end,
    });
    stdin.on('data', fromClient.take);
    // A client that only writes and closes still gets its answers: the connection ends when it has them.
    stdin.once('end', () => pending.onIdle(end));
    socket.on('data', fromWorker.take);
    socket.once('close', end);
    socket.on('error', end);
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted) end();
  });
}

/** Answers every call by an error until the client goes away. */
function refuseAll({ stdin, stdout, why, signal }: Ends & { why: string }): Promise<void> {
  const pending = pendingCalls();
  return new Promise((resolve) => {
    const lines = new LineSplitter(maxLineBytes, {
      onLine: (line) => {
        pending.asked(line);
        for (const failure of pending.failures(why)) stdout.write(failure);
      },
      onTooLong: resolve,
    });
    stdin.on('data', lines.take);
    stdin.once('end', resolve);
    stdin.once('close', resolve);
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

function noWorker(socketPath: string): string {
  return `no specloop worker listens on ${socketPath}: start one with "specloop start --root PATH/openspec", then connect again`;
}
