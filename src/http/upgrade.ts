import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Problem, problem } from './problem.ts';

/** A connection that asks to become a WebSocket, as `node:http` hands it over. */
export interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  /** what was read of the new protocol already */
  head: Buffer;
}

const UPGRADE_REQUIRED = 426;

/** What a path that is served over WebSocket alone says to a plain request. */
export function mustUpgrade(): Problem {
  return problem(UPGRADE_REQUIRED, 'upgrade', 'this path speaks WebSocket');
}

/**
 * Asks the application itself whether a connection may become a WebSocket, by the same request without the upgrade: so
 * the same gate decides by Host, Origin, token and session. The answer "upgrade required" is its yes; any other answer
 * is sent, and the connection ended. Only programs of this machine get that far, wherever the server listens.
 *
 * Browsers and many WebSocket clients cannot send an Authorization header: here, and nowhere else, the token may stand in
 * the query as `token`.
 */
export async function admitUpgrade(
  { request, socket }: Upgrade,
  ask: (request: Request) => Response | Promise<Response>,
): Promise<boolean> {
  // A client that goes away in the meantime is no error of ours.
  socket.on('error', () => {});
  try {
    const response = isLoopback(request.socket.remoteAddress)
      ? await ask(withoutUpgrade(request))
      : Response.json(problem(403, 'loopback', 'WebSockets are for programs of this machine only'), {
          status: 403,
        });
    if (response.status === UPGRADE_REQUIRED) return !socket.destroyed;
    await refuse(socket, response.ok ? await noWebSocket(response) : response);
  } catch {
    await refuse(socket, new Response(null, { status: 400 }));
  }
  return false;
}

/** For a path that answers plain requests: its answer may be a stream without end, so it is given up. */
async function noWebSocket(response: Response): Promise<Response> {
  await response.body?.cancel();
  return Response.json(problem(400, 'no-websocket', 'this path speaks no WebSocket'), { status: 400 });
}

/** Whether an address is one of this machine's loopback addresses. */
export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  if (isIPv6(address) && !address.startsWith('::ffff:')) return address === '::1';
  return address.replace('::ffff:', '').startsWith('127.');
}

function withoutUpgrade(request: IncomingMessage): Request {
  const url = new URL(request.url ?? '/', 'http://placeholder');
  const headers = new Headers();
  for (const name of ['host', 'origin', 'authorization', 'cookie', 'sec-fetch-site', 'sec-fetch-mode']) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const token = url.searchParams.get('token');
  if (token !== null && !headers.has('authorization')) headers.set('authorization', `Bearer ${token}`);
  return new Request(`http://placeholder${url.pathname}`, { headers });
}

async function refuse(socket: Duplex, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  const head = [
    `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}`,
    `content-type: ${response.headers.get('content-type') ?? 'text/plain'}`,
    `content-length: ${body.length}`,
    'connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
}
