import type { Readable, Writable } from 'node:stream';
import { createMcpHandler, type McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { WorkflowApi } from '../workflow/api.ts';
import { watchResources } from './changed-resources.ts';
import { buildServer } from './server.ts';
import { StreamTransport } from './stream-transport.ts';

export interface McpFacesOptions {
  workflow: WorkflowApi;
  version: string;
  /** which clients, by the name they give, may approve and answer as a person; nobody by default */
  speaksForPerson?: (client: string) => boolean;
  onProblem?: (error: unknown) => void;
}

/** The MCP server in its two shapes. Both serve the 2025 revisions of the protocol and that of 2026-07-28. */
export interface McpFaces {
  /** Answers `/mcp` (Streamable HTTP, stateless). Host, Origin and token are checked before: the SDK checks none. */
  handleHttp(request: Request): Promise<Response>;
  /** Serves one peer on a pair of streams (stdio, or a socket twice) until it goes away or the signal aborts. */
  serveStream(readable: Readable, writable: Writable, options?: { signal?: AbortSignal }): Promise<void>;
  close(): Promise<void>;
}

const maxBodyBytes = 4 * 1024 * 1024;
const maxSubscriptions = 256;

export function createMcpFaces(options: McpFacesOptions): McpFaces {
  const { workflow, version, speaksForPerson = () => false, onProblem = () => {} } = options;
  const changed = watchResources(workflow, onProblem);
  const build = (subscriptions: boolean) =>
    buildServer({ workflow, version, speaksForPerson, subscriptions });
  // A stateless answer to a 2025 client has no stream to notify on.
  const handler = createMcpHandler(({ era }) => build(era === 'modern'), {
    maxRequestBodySize: maxBodyBytes,
    maxSubscriptions,
    onerror: onProblem,
  });
  changed.listen((uri) => handler.notify.resourceUpdated(uri));
  const streams = new Set<() => Promise<void>>();

  return {
    handleHttp: (request) => handler.fetch(request),
    serveStream(readable, writable, { signal } = {}) {
      return new Promise((resolve) => {
        const transport = new StreamTransport(readable, writable);
        const unsubscribers: (() => void)[] = [];
        const handle = serveStdio(
          ({ era }) => {
            const server = build(true);
            const wanted = era === 'legacy' ? legacySubscriptions(server) : undefined;
            const notify = (uri: string) => {
              // A 2026 client's own filter is kept by the SDK.
              if (wanted === undefined || wanted.has(uri))
                server.server.sendResourceUpdated({ uri }).catch(() => {});
            };
            unsubscribers.push(changed.listen(notify));
            return server;
          },
          { transport, onerror: onProblem, maxSubscriptions },
        );
        const close = () => handle.close();
        const ended = () => {
          for (const unsubscribe of unsubscribers) unsubscribe();
          streams.delete(close);
          void close();
          resolve();
        };
        streams.add(close);
        signal?.addEventListener('abort', ended, { once: true });
        writable.once('close', ended);
        readable.once('close', ended);
        if (signal?.aborted) ended();
      });
    },
    async close() {
      changed.close();
      await Promise.allSettled([handler.close(), ...[...streams].map((close) => close())]);
    },
  };
}

/** The SDK leaves `resources/subscribe` of the 2025 revisions to the server; these are the URIs a peer asked for. */
function legacySubscriptions(server: McpServer): Set<string> {
  const wanted = new Set<string>();
  server.server.setRequestHandler('resources/subscribe', ({ params }) => {
    if (wanted.size < maxSubscriptions) wanted.add(params.uri);
    return {};
  });
  server.server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    wanted.delete(params.uri);
    return {};
  });
  return wanted;
}
