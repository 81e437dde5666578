import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { toError } from '../errors.ts';
import { type InspectorSource, inspectorFeed } from './feed.ts';

/** Where the Stately wire events are served. */
export const INSPECTOR_PATH = '/inspect/ws';

const MOST_CLIENTS = 8;
const HEARTBEAT_MS = 30_000;
/** Close codes of RFC 6455 and its registry. */
const GOING_AWAY = 1001;
const INTERNAL_ERROR = 1011;
const TRY_AGAIN_LATER = 1013;

/** A connection that the server's gate let pass. */
export interface InspectorConnection {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
  /** aborts when the server begins to close */
  closing: AbortSignal;
}

/**
 * Serves the Stately inspection protocol: takes connections that the gate let pass, and sends each the whole feed. What a
 * client sends is not listened to.
 */
export function createInspectorSocket(options: {
  source: InspectorSource;
  onProblem(error: unknown): void;
}): (connection: InspectorConnection) => void {
  const { source, onProblem } = options;
  const server = new WebSocketServer({ noServer: true, maxPayload: 4096, perMessageDeflate: false });
  let clients = 0;

  return ({ request, socket, head, closing }) => {
    server.handleUpgrade(request, socket, head, (client) => {
      if (clients >= MOST_CLIENTS) return client.close(TRY_AGAIN_LATER, `${MOST_CLIENTS} are connected`);
      clients += 1;
      void serve(client, { source, closing, onProblem }).finally(() => {
        clients -= 1;
      });
    });
  };
}

async function serve(
  client: WebSocket,
  o: { source: InspectorSource; closing: AbortSignal; onProblem(error: unknown): void },
): Promise<void> {
  const gone = new AbortController();
  const signal = AbortSignal.any([gone.signal, o.closing]);
  client.on('close', () => gone.abort());
  // "close" follows and does what there is to do.
  client.on('error', () => {});
  const heart = beat(client);
  // A server that closes does not wait for a client to say goodbye.
  const leave = () => {
    client.close(GOING_AWAY, 'specloop stops');
    client.terminate();
  };
  o.closing.addEventListener('abort', leave, { once: true });
  try {
    for await (const event of inspectorFeed(o.source, signal)) {
      if (signal.aborted) return;
      await send(client, JSON.stringify(event));
    }
  } catch (error) {
    if (signal.aborted) return;
    o.onProblem(new Error(`the inspector's feed ended: ${toError(error).message}`, { cause: error }));
    client.close(INTERNAL_ERROR, 'the feed ended');
  } finally {
    clearInterval(heart);
    o.closing.removeEventListener('abort', leave);
    gone.abort();
  }
}

/** Resolves when the operating system has taken it: a slow client slows its own feed, and no memory fills. */
function send(client: WebSocket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    client.send(text, (error) => (error === undefined || error === null ? resolve() : reject(error)));
  });
}

/** Ends a client that answers no ping: its machine is gone, and its connection would stand for hours. */
function beat(client: WebSocket): ReturnType<typeof setInterval> {
  let answered = true;
  client.on('pong', () => {
    answered = true;
  });
  return setInterval(() => {
    if (!answered) return client.terminate();
    answered = false;
    client.ping();
  }, HEARTBEAT_MS);
}
