import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bridgeStdio, serveReviewOnly } from '../../src/mcp/index.ts';

let folder: string;
let socketPath: string;
let stdin: PassThrough;
let stdout: PassThrough;
const closers: (() => void)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sl-bridge-'));
  socketPath = join(folder, 'w.sock');
  stdin = new PassThrough();
  stdout = new PassThrough();
});
afterEach(async () => {
  for (const close of closers.splice(0)) close();
  await rm(folder, { recursive: true, force: true });
});

/** A worker's socket; every connection is handed to the test. */
async function listen(onConnection: (socket: Socket) => void): Promise<void> {
  const server = createServer(onConnection);
  server.listen(socketPath);
  await once(server, 'listening');
  closers.push(() => server.close());
}

async function line(): Promise<unknown> {
  const [chunk] = await once(stdout, 'data');
  return JSON.parse(String(chunk));
}

describe('specloop mcp', () => {
  it('passes lines on to the worker as they are, a character cut in two included, and back', async () => {
    let got = '';
    await listen((socket) => {
      socket.setEncoding('utf8');
      socket.on('data', (text) => {
        got += text;
        if (got.endsWith('\n')) socket.write('{"jsonrpc":"2.0","id":1,"result":{}}\n');
      });
    });
    const bridged = bridgeStdio({ socketPath, stdin, stdout });
    const message = Buffer.from('  {"jsonrpc":"2.0","id":1,"method":"x","params":{"t":"§"}}\n');
    const half = message.indexOf(0xc2) + 1;
    stdin.write(message.subarray(0, half));
    stdin.write(message.subarray(half));
    expect(await line()).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
    // The first byte tells the worker what is spoken: no white space before it.
    expect(got).toBe(`${message.toString().trim()}\n`);
    stdin.end();
    await bridged;
  });

  it('answers what the worker left unanswered when it goes away, and ends', async () => {
    await listen((socket) => socket.once('data', () => socket.destroy()));
    const bridged = bridgeStdio({ socketPath, stdin, stdout });
    stdin.write('{"jsonrpc":"2.0","id":"a","method":"tools/call"}\n');
    expect(await line()).toMatchObject({
      id: 'a',
      error: { code: -32000, message: expect.stringContaining('worker has stopped') },
    });
    await bridged;
  });

  it('gives a client that only writes and closes its answers', async () => {
    await listen((socket) => {
      socket.once('data', () => setImmediate(() => socket.write('{"jsonrpc":"2.0","id":1,"result":{}}\n')));
    });
    const answered = line();
    const bridged = bridgeStdio({ socketPath, stdin, stdout });
    stdin.end('{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n');
    expect(await answered).toMatchObject({ id: 1, result: {} });
    await bridged;
  });

  it('without a worker answers every call by an error that says how to start one', async () => {
    const bridged = bridgeStdio({ socketPath, stdin, stdout });
    const answered = line();
    stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\nnot json\n');
    stdin.write('{"jsonrpc":"2.0","id":3,"method":"initialize"}\n');
    expect(await answered).toMatchObject({
      id: 3,
      error: { message: expect.stringContaining('specloop start --root') },
    });
    stdin.end();
    await bridged;
  });

  it('without a worker still reviews', async () => {
    const summary = { error: 1, warning: 0, info: 0 };
    const bridged = bridgeStdio({
      socketPath,
      stdin,
      stdout,
      withoutWorker: (readable, writable) =>
        serveReviewOnly(readable, writable, {
          version: '1',
          review: async (change) => ({ changes: [change ?? 'all'], findings: [], summary }),
        }),
    });
    const clientInfo = { name: 'n', version: '1' };
    const opening = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
    const initialized = line();
    stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: opening })}\n`);
    expect(await initialized).toMatchObject({
      result: { instructions: expect.stringContaining('specloop start') },
    });
    const reviewed = line();
    const call = { name: 'review_change', arguments: { change_id: 'pay' } };
    stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: call })}\n`);
    expect(await reviewed).toMatchObject({ result: { structuredContent: { changes: ['pay'], summary } } });
    stdin.end();
    await bridged;
  });

  it('ends when the client sends a line without an end', async () => {
    await listen(() => {});
    const bridged = bridgeStdio({ socketPath, stdin, stdout });
    stdin.write('x'.repeat(10 * 1024 * 1024 + 1));
    await bridged;
  });
});
