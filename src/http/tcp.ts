import { createServer, type RequestListener, type Server } from 'node:http';
import { UserError } from '../errors.ts';

const MOST_TRIES = 20;

/** Slow or stalled senders are cut off; answers may take as long as they need. */
export const READ_TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 };

/** Listens on the port, or where it is taken on the next free one. Port 0 takes any. */
export async function listenOnTcp(
  handler: RequestListener,
  address: { host: string; port: number },
): Promise<{ server: Server; port: number }> {
  const tries = address.port === 0 ? 1 : MOST_TRIES;
  for (let port = address.port; port < address.port + tries && port <= 65_535; port += 1) {
    const server = createServer(READ_TIMEOUTS, handler);
    const code = await tryListening(server, { host: address.host, port });
    if (code === undefined) return { server, port: portOf(server) };
    if (code !== 'EADDRINUSE') throw cannotListen({ host: address.host, port }, code);
  }
  throw cannotListen(address, `EADDRINUSE, and so are the next ${tries - 1} ports`);
}

function tryListening(server: Server, address: { host: string; port: number }): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    server.listen(address, () => {
      server.removeAllListeners('error');
      resolve(undefined);
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

function cannotListen(address: { host: string; port: number }, why: string): UserError {
  return new UserError('cannot listen for the dashboard and the API', {
    which: `${address.host}:${address.port}`,
    why,
    next: 'set SPECLOOP_HTTP_HOST and SPECLOOP_HTTP_PORT (or http.host and http.port) to a free address of this machine',
    exitCode: 3,
    code: 'http-address',
  });
}
