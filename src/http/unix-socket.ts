import { chmod } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { toError, UserError } from '../errors.ts';
import { prepareSocketPath } from './socket-path.ts';
import { READ_TIMEOUTS } from './tcp.ts';

const OPENING_BRACE = '{'.charCodeAt(0);

/** The Unix socket that speaks both protocols. */
export interface UnixSide {
  /** takes no more connections and ends the idle ones; the others when their answer is out */
  stop(): void;
  /** cuts off what is left */
  destroy(): void;
  closed: Promise<void>;
}

/**
 * Listens on a Unix socket of mode 0600. A connection whose first byte is `{` is a stream of JSON-RPC lines, any other
 * is HTTP: no method of HTTP begins so.
 */
export async function listenOnUnixSocket(options: {
  path: string;
  onRequest: RequestListener;
  onMcpStream: (stream: Duplex) => void;
}): Promise<UnixSide> {
  const { path, onRequest, onMcpStream } = options;
  await prepareSocketPath(path);

  const connections = new Set<Socket>();
  const answering = new Map<Socket, number>();
  let stopping = false;

  const http = createHttpServer(READ_TIMEOUTS, (request, response) => {
    const { socket } = request;
    answering.set(socket, (answering.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (answering.get(socket) ?? 1) - 1;
      answering.set(socket, left);
      if (stopping && left === 0) socket.end();
    });
    // Any Host is good here, an unusable one too.
    request.headers.host = 'localhost';
    onRequest(request, response);
  });

  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      connections.delete(socket);
      answering.delete(socket);
    });
    // Read and put back: whoever takes the connection over sees it from its first byte.
    socket.once('readable', () => {
      const chunk: Buffer | null = socket.read();
      if (chunk === null) return;
      socket.unshift(chunk);
      if (chunk[0] === OPENING_BRACE) onMcpStream(socket);
      else http.emit('connection', socket);
    });
  });
  await bind(server, path);

  return {
    stop() {
      stopping = true;
      server.close();
      for (const socket of connections) if ((answering.get(socket) ?? 0) === 0) socket.end();
    },
    destroy() {
      for (const socket of connections) socket.destroy();
    },
    closed: new Promise((resolve) => server.once('close', () => resolve())),
  };
}

/** The umask holds from the first moment at which the socket exists, before chmod could. */
async function bind(server: Server, path: string): Promise<void> {
  const umask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => reject(cannotBind(path, cause)));
      server.listen(path, resolve);
      // The name is bound within the call above; nothing else of this process shall run under this umask.
      process.umask(umask);
    });
  } finally {
    process.umask(umask);
  }
  server.removeAllListeners('error');
  server.on('error', () => {});
  await chmod(path, 0o600);
}

function cannotBind(path: string, cause: unknown): UserError {
  return new UserError('cannot listen on the Unix socket', {
    which: path,
    why: toError(cause).message,
    next: 'set WORKFLOW_ORCHESTRATOR_SOCKET to a path that you may write',
    exitCode: 3,
    code: 'socket',
    cause,
  });
}
