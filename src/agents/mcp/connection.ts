import {
  type CallToolResult,
  Client,
  StreamableHTTPClientTransport,
  type Tool,
  type Transport,
} from '@modelcontextprotocol/client';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { RetryableError, toError } from '../../errors.ts';
import { SocketTransport } from './socket-transport.ts';

/** Where an MCP server is reached. */
export type McpTarget =
  | { kind: 'command'; command: string; args: string[]; env: Record<string, string> }
  | { kind: 'url'; url: string }
  | { kind: 'socket'; socket: string };

export interface CallOptions {
  timeoutMs: number;
  signal: AbortSignal;
}

/** One server, connected when it is first needed, and anew after whatever broke the connection. */
export interface McpConnection {
  tools(options: CallOptions): Promise<Tool[]>;
  call(name: string, args: Record<string, unknown>, options: CallOptions): Promise<CallToolResult>;
  close(): Promise<void>;
}

interface Session {
  client: Client;
  tools: Tool[];
}

const connectTimeoutMs = 30_000;

/** Throws `RetryableError` for whatever goes wrong on the way: the queue that owns the work tries again. */
export function openConnection(target: McpTarget): McpConnection {
  let session: Promise<Session> | undefined;

  async function connected(): Promise<Session> {
    const opening = session ?? openSession(target);
    session = opening;
    try {
      return await opening;
    } catch (error) {
      if (session === opening) session = undefined;
      throw error;
    }
  }

  async function use<Result>(
    signal: AbortSignal,
    work: (session: Session) => Result | Promise<Result>,
  ): Promise<Result> {
    let used: Session | undefined;
    try {
      used = await unlessAborted(connected(), signal);
      return await work(used);
    } catch (error) {
      // Who gave up waiting says nothing about the server: others may be in the middle of a call.
      if (signal.aborted) throw error;
      // A lost session is not taken up again by the client (404 after a restart): begin with a new one.
      session = undefined;
      await used?.client.close().catch(() => {});
      throw new RetryableError(`${nameOf(target)}: ${toError(error).message}`, { cause: error });
    }
  }

  return {
    tools: ({ signal }) => use(signal, ({ tools }) => tools),
    call: (name, args, { timeoutMs, signal }) =>
      use(signal, ({ client }) => client.callTool({ name, arguments: args }, { timeout: timeoutMs, signal })),
    async close() {
      const opened = await session?.catch(() => undefined);
      session = undefined;
      await opened?.client.close();
    },
  };
}

function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

async function openSession(target: McpTarget): Promise<Session> {
  const client = new Client({ name: 'specloop', version: '1' });
  const transport = transportFor(target);
  try {
    await client.connect(transport, { timeout: connectTimeoutMs });
    const { tools } = await client.listTools(undefined, { timeout: connectTimeoutMs });
    return { client, tools };
  } catch (error) {
    await transport.close().catch(() => {});
    throw error;
  }
}

function transportFor(target: McpTarget): Transport {
  switch (target.kind) {
    case 'command': {
      const { command, args } = target;
      // Only what a program needs to run, and what the configuration gives it: none of our own secrets.
      return new StdioClientTransport({
        command,
        args,
        env: { ...getDefaultEnvironment(), ...target.env },
        stderr: 'ignore',
      });
    }
    case 'url':
      return new StreamableHTTPClientTransport(new URL(target.url));
    case 'socket':
      return new SocketTransport(target.socket);
  }
}

function nameOf(target: McpTarget): string {
  if (target.kind === 'command') return [target.command, ...target.args].join(' ');
  return target.kind === 'url' ? target.url : target.socket;
}
