import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMcpAgent, type McpTarget } from '../../src/agents/index.ts';
import { SocketTransport } from '../../src/agents/mcp/socket-transport.ts';
import { createMcpFaces, type McpFaces } from '../../src/mcp/index.ts';
import { openRoad, type Road } from '../questions/support.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { workflowOn } from './workflow.ts';

let redis: TestRedis;
let road: Road;
let faces: McpFaces;
let folder: string;
let http: ReturnType<typeof createAdaptorServer>;
let sockets: Server;
let url: URL;
let socketPath: string;
let workflow: ReturnType<typeof workflowOn>;

beforeAll(async () => {
  redis = await startTestRedis();
  road = await openRoad(redis, 'mcp');
  workflow = workflowOn(road);
  faces = createMcpFaces({ workflow, version: '1.2.3', speaksForPerson: (client) => client === 'trusted' });
  folder = await mkdtemp(join(tmpdir(), 'sl-mcp-'));
  http = createAdaptorServer({ fetch: (request) => faces.handleHttp(request) });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port }: AddressInfo = Object(http.address());
  url = new URL(`http://127.0.0.1:${port}/mcp`);
  socketPath = join(folder, 'w.sock');
  sockets = createServer((socket) => void faces.serveStream(socket, socket));
  sockets.listen(socketPath);
  await once(sockets, 'listening');
});
afterAll(async () => {
  await faces.close();
  http.close();
  sockets.close();
  await road.close();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

const places: [string, () => Transport][] = [
  ['HTTP', () => new StreamableHTTPClientTransport(url)],
  ['a Unix socket', () => new SocketTransport(socketPath)],
];
const eras: ['legacy' | 'auto', string][] = [
  ['legacy', '2025-11-25'],
  ['auto', '2026-07-28'],
];
const peers = places.flatMap(([place, transport]) =>
  eras.map(([mode, revision]) => ({ place, transport, mode, revision })),
);

async function joined(peer: { transport: () => Transport; mode: 'legacy' | 'auto' }, name = 'peer') {
  const client = new Client({ name, version: '1' }, { versionNegotiation: { mode: peer.mode } });
  await client.connect(peer.transport());
  return client;
}

/** A 2025 client over stateless HTTP says who it is in another request than the one that is answered. */
function isKnown(peer: { place: string; mode: string }): boolean {
  return peer.place !== 'HTTP' || peer.mode === 'auto';
}

const anyPeer = peers.find(isKnown);
if (anyPeer === undefined) throw new Error('there are peers');

describe.each(peers)('a client of $revision over $place', (peer) => {
  it('finds every tool with its output schema and annotations', async () => {
    const client = await joined(peer);
    expect(client.getNegotiatedProtocolVersion()).toBe(peer.revision);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual(
      'approve_update ask_question get_answer get_change get_change_history health list_agents list_changes list_questions read_document register_agent reject_update review_change submit_answer undo_update update_document'.split(
        ' ',
      ),
    );
    expect(tools.filter(({ outputSchema, annotations }) => !outputSchema || !annotations)).toEqual([]);
    await client.close();
  });

  it('asks now and is answered later, in one long poll with progress', async () => {
    const client = await joined(peer);
    const args = { question: `Which colour has the shed of ${peer.place} ${peer.mode}?` };
    const asked = await client.callTool({ name: 'ask_question', arguments: args });
    const { question_id, state } = Object(asked.structuredContent);
    expect(state).toBe('asked');
    const progress: string[] = [];
    const waiting = client.callTool(
      { name: 'get_answer', arguments: { question_id, wait_ms: 30_000 } },
      {
        onprogress: ({ message }) => {
          if (progress.push(message ?? '') > 1) return;
          void client.callTool({ name: 'submit_answer', arguments: { question_id, answer: 'green' } });
        },
      },
    );
    expect((await waiting).structuredContent).toMatchObject({
      state: 'answered',
      answer: 'green',
      answered_by: isKnown(peer) ? 'peer' : 'mcp client',
    });
    expect(progress).toContain('waiting for an answer');
    const again = await client.callTool({ name: 'submit_answer', arguments: { question_id, answer: 'red' } });
    expect(again.structuredContent).toEqual({ accepted: false, state: 'answered' });
    await client.close();
  });

  it('reads questions and changes as resources, and hears when a question it follows changes', async () => {
    const client = await joined(peer);
    const { id } = await road.router.ask({
      question: `Resource ${peer.place} ${peer.mode}?`,
      askedBy: 'test',
    });
    const uri = `question://${id}`;
    const { contents } = await client.readResource({ uri });
    expect(JSON.parse(Object(contents[0]).text)).toMatchObject({ id });
    expect(
      (await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate),
    ).toEqual(['question://{id}', 'change://{id}']);
    await expect(client.readResource({ uri: 'change://none' })).rejects.toThrow();
    const heard = new Promise<string>((resolve) => {
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => resolve(params.uri));
    });
    if (peer.mode === 'auto') await client.listen({ resourceSubscriptions: [uri] });
    else if (peer.place === 'HTTP') {
      expect(client.getServerCapabilities()?.resources?.subscribe).toBe(false);
      return await client.close();
    } else await client.subscribeResource({ uri });
    await road.router.answer(id, { text: 'yes', by: 'Ada', kind: 'person' });
    expect(await heard).toBe(uri);
    await client.close();
  });
});

describe('every tool', () => {
  it('answers an unknown id with an error that names it, not with a protocol error', async () => {
    const client = await joined(anyPeer);
    const calls = [
      ['get_answer', { question_id: 'q-none' }],
      ['submit_answer', { question_id: 'q-none', answer: 'x' }],
      ['get_change', { change_id: 'q-none' }],
      ['review_change', { change_id: 'q-none' }],
      ['read_document', { path: 'q-none' }],
    ] as const;
    for (const [name, args] of calls) {
      const result = await client.callTool({ name, arguments: args });
      expect(result.isError, name).toBe(true);
      expect(JSON.stringify(result.content), name).toContain('q-none');
    }
    await client.close();
  });

  it('gives what its output schema says', async () => {
    const client = await joined(anyPeer);
    road.documents.push({ file: 'specs/a/spec.md', text: '# A' });
    const call = async (name: string, args: Record<string, unknown>) => {
      const result = await client.callTool({ name, arguments: args });
      expect(result.isError, JSON.stringify(result.content)).not.toBe(true);
      return Object(result.structuredContent);
    };
    expect(await call('health', {})).toMatchObject({ status: 'ok', version: '1.2.3' });
    expect(await call('list_changes', {})).toMatchObject({ changes: [{ id: 'pay' }] });
    expect(await call('get_change', { change_id: 'pay' })).toMatchObject({ updates: [{ id: 'u-1' }] });
    expect(await call('review_change', { change_id: 'pay' })).toMatchObject({ id: 'pay' });
    expect(workflow.processed).toEqual(['pay']);
    expect(await call('read_document', { path: 'specs/a/spec.md' })).toMatchObject({ text: '# A' });
    expect(await call('get_change_history', { path: 'x' })).toMatchObject({ entries: [{ author: 'Ada' }] });
    const edit = { path: 'x', content: 'y', reason: 'why' };
    expect(await call('update_document', edit)).toMatchObject({ updates: [{ reason: 'why (agent peer)' }] });
    const agent = { agent_id: 'db', capabilities: ['postgres'] };
    expect(await call('register_agent', agent)).toMatchObject({ id: 'db', kind: 'registered' });
    expect((await call('list_agents', {})).agents.map(({ id }: { id: string }) => id)).toEqual([
      'archivist',
      'db',
      'person',
    ]);
    expect(await call('list_questions', { limit: 1, state: 'all' })).toMatchObject({
      next_cursor: expect.any(String),
    });
    await client.close();
  });

  it('refuses arguments that do not fit', async () => {
    const client = await joined(anyPeer);
    for (const [name, args] of [
      ['get_answer', { question_id: 'q', wait_ms: 50_001 }],
      ['update_document', { path: 'x', reason: 'y' }],
      ['ask_question', { question: '' }],
    ] as const) {
      expect((await client.callTool({ name, arguments: args })).isError, name).toBe(true);
    }
    await client.close();
  });

  it('asks once under one idempotency key', async () => {
    const client = await joined(anyPeer);
    const ask = async () => {
      const args = { question: 'Once?', idempotency_key: 'k', context: 'some text' };
      const result = await client.callTool({ name: 'ask_question', arguments: args });
      return Object(result.structuredContent).question_id;
    };
    expect(await ask()).toBe(await ask());
    await client.close();
  });
});

describe('a decision of a person', () => {
  it('is refused to a client that the configuration does not let speak for one', async () => {
    const client = await joined(anyPeer);
    for (const name of ['approve_update', 'reject_update', 'undo_update']) {
      const result = await client.callTool({ name, arguments: { update_id: 'u-1', why: 'because' } });
      expect(result.isError).toBe(true);
      expect(JSON.stringify(result.content)).toContain('may not decide for a person');
    }
    expect(workflow.approved).toEqual([]);
    await client.close();
  });

  it.each(peers)('is taken from one that may: $revision over $place', async (peer) => {
    const client = await joined(peer, 'trusted');
    const result = await client.callTool({ name: 'approve_update', arguments: { update_id: 'u-1' } });
    expect(result.isError ?? false).toBe(!isKnown(peer));
    const undone = await client.callTool({ name: 'undo_update', arguments: { update_id: 'u-1' } });
    expect(undone.isError ?? false).toBe(!isKnown(peer));
    if (isKnown(peer)) expect(undone.structuredContent).toMatchObject({ reverts: 'u-1' });
    await client.close();
  });

  it('names hunks from 1', async () => {
    const client = await joined(anyPeer, 'trusted');
    const approve = (hunks: number[]) =>
      client.callTool({ name: 'approve_update', arguments: { update_id: 'u-1', hunks } });
    expect((await approve([0])).isError).toBe(true);
    expect((await approve([1])).isError ?? false).toBe(false);
    await client.close();
  });

  it('is not made by a client that calls itself a person', async () => {
    const client = await joined(anyPeer, 'person:ada');
    const edit = { path: 'x', content: 'y', reason: 'why' };
    const proposed = await client.callTool({ name: 'update_document', arguments: edit });
    expect(proposed.structuredContent).toMatchObject({ updates: [{ reason: 'why (agent person:ada)' }] });
    await client.close();
  });
});

describe('peers that others wrote', () => {
  it('of the first SDK ask and are answered over HTTP', async () => {
    const client = new ClientV1({ name: 'v1', version: '1' });
    // The SDK's own types do not agree with themselves under exactOptionalPropertyTypes.
    const transport: unknown = new HttpV1(url);
    await client.connect(Object(transport));
    const asked = await client.callTool({ name: 'ask_question', arguments: { question: 'From v1?' } });
    expect(asked.structuredContent).toMatchObject({ state: 'asked' });
    expect((await client.listTools()).tools.length).toBeGreaterThan(10);
    await client.close();
  });

  it.each(['url', 'socket'] as const)(
    'of our own kind ask us as an agent, by %s, and wait for the answer',
    async (kind) => {
      const mcp: McpTarget = kind === 'url' ? { kind, url: url.href } : { kind, socket: socketPath };
      const agent = createMcpAgent({ id: 'other-specloop', mcp, capabilities: [] });
      const text = `Which road leads to the ${kind}?`;
      const signal = new AbortController().signal;
      const asked = agent.ask({ question: 'q', text }, { idempotencyKey: `k-${kind}`, signal });
      let waiting = await road.router.list();
      while (!waiting.items.some((question) => question.text === text)) waiting = await road.router.list();
      const id = waiting.items.find((question) => question.text === text)?.id ?? '';
      await road.router.answer(id, { text: 'the long one', by: 'Ada', kind: 'person' });
      expect(await asked).toMatchObject({
        kind: 'answered',
        answer: { text: 'the long one', kind: 'agent' },
      });
      await agent.close?.();
    },
  );

  it('that write garbage are passed over, and then served', async () => {
    const socket = connect(socketPath);
    socket.write('{"half\n\n{]\nnot json at all\n');
    socket.write(
      `${JSON.stringify({
        jsonrpc: '2.0',
        id: 7,
        method: 'initialize',
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'n', version: '1' } },
      })}\n`,
    );
    const [reply] = await once(socket, 'data');
    expect(JSON.parse(String(reply))).toMatchObject({ id: 7, result: { serverInfo: { name: 'specloop' } } });
    socket.destroy();
  });

  it('whose line is over ten megabytes see their connection end, and nobody else does', async () => {
    const other = await joined({ transport: () => new SocketTransport(socketPath), mode: 'legacy' });
    const socket = connect(socketPath);
    socket.on('error', () => {});
    socket.write(`{"jsonrpc":"2.0","id":1,"method":"${'x'.repeat(11 * 1024 * 1024)}`);
    await new Promise((resolve) => socket.once('close', resolve));
    expect((await other.listTools()).tools.length).toBeGreaterThan(10);
    await other.close();
  });

  it('that send a body over the limit are refused', async () => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: `{"jsonrpc":"2.0","id":1,"method":"${'x'.repeat(5 * 1024 * 1024)}"}`,
    });
    expect(response.status).toBe(413);
  });
});
