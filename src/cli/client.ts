import { randomUUID } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { request } from 'node:http';
import type { z } from 'zod';
import { toError, UserError } from '../errors.ts';
import { ROOT_HEADER } from '../http/root-header.ts';
import { problemSchema } from '../http/schemas.ts';

/** The worker's API over its Unix socket. Every answer is parsed; a problem is thrown as a UserError. */
export interface WorkerClient {
  readonly socketPath: string;
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>>;
  post<Schema extends z.ZodType>(path: string, body: object, schema: Schema): Promise<z.output<Schema>>;
}

/**
 * A client of the worker behind a socket.
 *
 * @throws UserError (exit 3) when no worker answers there, or the socket belongs to another user
 */
export async function connectToWorker(options: {
  socketPath: string;
  /** what to type to start one */
  startCommand: string;
  signal: AbortSignal;
  /** is told which root the worker looks after, with every answer */
  onRoot?: (root: string) => void;
}): Promise<WorkerClient> {
  const { socketPath, signal, onRoot } = options;
  const noWorker = (why: string) =>
    new UserError('no specloop worker runs here', {
      which: socketPath,
      why,
      next: options.startCommand,
      exitCode: 3,
      code: 'no-worker',
    });
  await refuseForeignSocket(socketPath, noWorker);

  async function call<Schema extends z.ZodType>(
    method: string,
    path: string,
    exchange: { body?: object; schema: Schema },
  ): Promise<z.output<Schema>> {
    const body = exchange.body === undefined ? undefined : JSON.stringify(exchange.body);
    const reply = await send({ socketPath, method, path, body, signal }).catch((thrown: unknown) => {
      signal.throwIfAborted();
      throw noWorker(whyNot(toError(thrown)));
    });
    if (reply.root !== undefined) onRoot?.(reply.root);
    const value = parseJson(reply.text, path);
    if (reply.status >= 400) throw errorOf(reply.status, value);
    return exchange.schema.parse(value);
  }

  return {
    socketPath,
    get: (path, schema) => call('GET', path, { schema }),
    post: (path, body, schema) => call('POST', path, { body, schema }),
  };
}

async function refuseForeignSocket(path: string, noWorker: (why: string) => UserError): Promise<void> {
  const stat = await lstat(path).catch((error: Error) => {
    throw noWorker(whyNot(error));
  });
  if (!stat.isSocket()) throw noWorker('something that is no socket stands there');
  if (process.getuid !== undefined && stat.uid !== process.getuid()) {
    throw new UserError('the socket of the worker belongs to another user', {
      which: path,
      why: `its owner is the user with the id ${stat.uid}, and whoever owns a socket sees all that is sent`,
      next: 'set WORKFLOW_ORCHESTRATOR_SOCKET to the socket of your own worker',
      exitCode: 3,
      code: 'foreign-socket',
    });
  }
}

function send(options: {
  socketPath: string;
  method: string;
  path: string;
  body: string | undefined;
  signal: AbortSignal;
}): Promise<{ status: number; text: string; root: string | undefined }> {
  const { socketPath, method, path, body, signal } = options;
  const headers =
    body === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, headers, signal, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString('utf8'),
          root: decodeRoot(response.headers[ROOT_HEADER]),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function decodeRoot(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? decodeURIComponent(header) : undefined;
}

function whyNot(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such socket';
  if (code === 'ECONNREFUSED') return 'nothing listens on it any more';
  if (code === 'EACCES') return 'you may not use it';
  if (code === 'ECONNRESET') return 'the worker ended before it answered';
  return error.message;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError('the worker answered something that is not JSON', {
      which: path,
      next: 'see whether another program uses the socket, or restart the worker',
      cause,
    });
  }
}

function errorOf(status: number, value: unknown): UserError {
  const parsed = problemSchema.safeParse(value);
  if (!parsed.success) return new UserError(`the worker answered ${status}`, { exitCode: 1 });
  const { title, code, which, why, next } = parsed.data;
  return new UserError(title, {
    code,
    exitCode: status === 400 || status === 501 ? 2 : status === 503 ? 3 : 1,
    ...(which === undefined ? {} : { which }),
    ...(why === undefined ? {} : { why }),
    ...(next === undefined ? {} : { next: next.replace(/^GET \/api\/(\w+) lists/, 'specloop $1 lists') }),
  });
}
