import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { HttpEnv, Place } from './place.ts';
import { listenOnTcp } from './tcp.ts';
import { listenOnUnixSocket } from './unix-socket.ts';
import { admitUpgrade, type Upgrade } from './upgrade.ts';

const CLOSE_DEADLINE_MS = 5_000;

export interface ListenOptions {
  app: Hono<HttpEnv>;
  tcp: { host: string; port: number };
  socketPath: string;
  /** is given every connection of the socket that speaks newline-delimited JSON-RPC */
  onMcpStream: (stream: Duplex) => void;
  /**
   * is given the TCP connections that ask for a WebSocket on one of the application's `upgrades` and passed its gate; it
   * ends them when `closing` aborts
   */
  onUpgrade?: (upgrade: Upgrade & { closing: AbortSignal }) => void;
}

export interface Listening {
  /** of the TCP side */
  url: string;
  port: number;
  /** the port that was asked for, where another process had it */
  portTaken: number | undefined;
  socketPath: string;
  /** ends streams and long polls, lets running answers finish, and cuts them off after the deadline */
  close(options?: { deadlineMs?: number }): Promise<void>;
}

/** Serves one application on TCP and on a Unix socket. Throws a UserError when either cannot be had. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { app, socketPath, onMcpStream } = options;
  const closing = new AbortController();
  let url: string | undefined;

  const handlerFor = (kind: Place['kind']) => {
    const listener = getRequestListener(
      (request) => app.fetch(request, { place: { kind, closing: closing.signal, url } }),
      { overrideGlobalObjects: false },
    );
    return (request: IncomingMessage, response: ServerResponse) => void listener(request, response);
  };

  const answerTcp = handlerFor('tcp');
  const tcp = await listenOnTcp((request, response) => {
    // A connection that turns idle after the close began would otherwise wait for its keep-alive to run out.
    response.once('close', () => {
      if (closing.signal.aborted) setImmediate(() => tcp.server.closeIdleConnections());
    });
    answerTcp(request, response);
  }, options.tcp);
  const { onUpgrade } = options;
  if (onUpgrade !== undefined) {
    tcp.server.on('upgrade', (request, socket, head) => {
      const place: Place = { kind: 'tcp', closing: closing.signal, url };
      void admitUpgrade({ request, socket, head }, (asked) => app.fetch(asked, { place })).then(
        (admitted) => {
          if (admitted) onUpgrade({ request, socket, head, closing: closing.signal });
        },
      );
    });
  }
  url = `http://${options.tcp.host.includes(':') ? `[${options.tcp.host}]` : options.tcp.host}:${tcp.port}`;
  const unix = await listenOnUnixSocket({
    path: socketPath,
    onRequest: handlerFor('socket'),
    onMcpStream,
  }).catch((error: unknown) => {
    tcp.server.close();
    throw error;
  });

  return {
    url,
    port: tcp.port,
    portTaken: options.tcp.port !== 0 && options.tcp.port !== tcp.port ? options.tcp.port : undefined,
    socketPath,
    async close({ deadlineMs = CLOSE_DEADLINE_MS } = {}) {
      closing.abort();
      const tcpClosed = new Promise<void>((resolve) => tcp.server.close(() => resolve()));
      unix.stop();
      const deadline = setTimeout(() => {
        tcp.server.closeAllConnections();
        unix.destroy();
      }, deadlineMs);
      await Promise.all([tcpClosed, unix.closed]);
      clearTimeout(deadline);
    },
  };
}
