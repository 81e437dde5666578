import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, createServer as createNetServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpApp, listen } from '../../src/http/index.ts';
import { bearer, startListening, temporaryFolder } from './listening.ts';
import { sampleWorkflow } from './memory-workflow.ts';
import { send } from './send.ts';

describe('the TCP side', () => {
  it('takes the next free port where the port is taken, and says so', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const app = createHttpApp({ workflow: sampleWorkflow(), gate: 'socket' });
    const listening = await listen({
      app,
      tcp: { host: '127.0.0.1', port },
      socketPath: join(await temporaryFolder(), 's.sock'),
      onMcpStream: (stream) => stream.destroy(),
    });
    onTestFinished(() => listening.close({ deadlineMs: 0 }));
    expect(listening.portTaken).toBe(port);
    expect(listening.port).toBeGreaterThan(port);
    expect((await fetch(`${listening.url}/livez`)).status).toBe(200);
  });

  it('names an address that is not of this machine, as a missing dependency', async () => {
    const app = createHttpApp({ workflow: sampleWorkflow(), gate: 'socket' });
    const socketPath = join(await temporaryFolder(), 's.sock');
    const listening = listen({
      app,
      tcp: { host: '192.0.2.1', port: 4100 },
      socketPath,
      onMcpStream: () => {},
    });
    await expect(listening).rejects.toMatchObject({ which: '192.0.2.1:4100', exitCode: 3 });
  });
});

describe('the Unix socket', () => {
  it('is open to its owner only, and so is the folder that is made for it', async () => {
    const folder = join(await temporaryFolder(), 'made', 'for it');
    const { socket } = await startListening({ socketPath: join(folder, 's.sock') });
    expect((await stat(socket.socketPath)).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('tells JSON-RPC from HTTP by the first byte, however the bytes arrive', async () => {
    const lines: string[] = [];
    const onMcpStream = (stream: Duplex) => {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        stream.write(`${line.toUpperCase()}\n`);
      });
    };
    const { socket } = await startListening({ onMcpStream });

    const rpc = connect(socket.socketPath);
    for (const byte of '{"id":1}\n') rpc.write(byte);
    const [line] = await once(createInterface({ input: rpc }), 'line');
    rpc.destroy();
    expect([lines, line]).toEqual([['{"id":1}'], '{"ID":1}']);

    const body = JSON.stringify({ question: `Why ${'so '.repeat(60_000)}?` });
    const http = connect(socket.socketPath);
    const answer = once(http, 'data');
    http.write('POST /api/questions HT');
    await new Promise((resolve) => setImmediate(resolve));
    http.write(`TP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body.slice(0, 9)}`);
    await new Promise((resolve) => setImmediate(resolve));
    http.write(body.slice(9));
    expect(String((await answer)[0])).toContain('201 Created');
    http.destroy();
  });

  it('hands a stream on whole when its reader comes late', async () => {
    const streams: Duplex[] = [];
    const { socket } = await startListening({ onMcpStream: (stream) => streams.push(stream) });
    const rpc = connect(socket.socketPath);
    rpc.write('{"id":1}\n');
    while (streams.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const [stream] = streams;
    if (stream === undefined) throw new Error('no stream');
    const [chunk] = await once(stream, 'data');
    expect(String(chunk)).toBe('{"id":1}\n');
    rpc.destroy();
  });

  it('replaces the socket of a worker that was killed', async () => {
    const path = join(await temporaryFolder(), 's.sock');
    const killed = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log())`,
    ]);
    await once(killed.stdout, 'data');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect((await stat(path)).isSocket()).toBe(true);
    const { socket } = await startListening({ socketPath: path });
    expect((await send({ ...socket, path: '/livez' })).status).toBe(200);
  });

  it('refuses the socket of a living server and leaves it alone', async () => {
    const path = join(await temporaryFolder(), 's.sock');
    const living = createNetServer().listen(path);
    await once(living, 'listening');
    onTestFinished(() => void living.close());
    await expect(startListening({ socketPath: path })).rejects.toMatchObject({ which: path, exitCode: 3 });
    expect((await stat(path)).isSocket()).toBe(true);
  });

  it('refuses a file or a link that stands in its place, and leaves it alone', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'file');
    await writeFile(file, 'precious');
    await symlink(file, join(folder, 'link'));
    for (const path of [file, join(folder, 'link')]) {
      await expect(startListening({ socketPath: path })).rejects.toMatchObject({ which: path, exitCode: 3 });
    }
    expect(await readFile(file, 'utf8')).toBe('precious');
  });

  it('says how long a path may be when it is too long', async () => {
    const path = join(await temporaryFolder(), 'x'.repeat(120));
    await expect(startListening({ socketPath: path })).rejects.toThrow(
      'the path of the Unix socket is too long',
    );
  });

  it('frees the TCP port when the socket cannot be had', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 's.sock'));
    await chmod(folder, 0o700);
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const address = probe.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    probe.close();
    await once(probe, 'close');
    const app = createHttpApp({ workflow: sampleWorkflow(), gate: 'socket' });
    const tcp = { host: '127.0.0.1', port };
    await expect(
      listen({ app, tcp, socketPath: join(folder, 's.sock'), onMcpStream: () => {} }),
    ).rejects.toThrow();
    const again = createServer().listen(port, '127.0.0.1');
    await once(again, 'listening');
    again.close();
  });
});

describe('the body of a request', () => {
  const head = (path: string, more: string) =>
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${bearer.authorization}\r\n${more}\r\n`;

  async function exchange(port: number, request: string): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(request);
    return String((await once(socket, 'data'))[0]);
  }

  it('may be absent, given with its length, or come in chunks', async () => {
    const { tcp, workflow } = await startListening();
    expect(await exchange(tcp.port, head('/api/pause', ''))).toContain(' 200 ');
    const body = '{"question":"Why?"}';
    const length = `Content-Length: ${body.length}\r\n`;
    expect(await exchange(tcp.port, `${head('/api/questions', length)}${body}`)).toContain(' 201 ');
    const chunks = `5\r\n${body.slice(0, 5)}\r\ne\r\n${body.slice(5)}\r\n0\r\n\r\n`;
    const chunked = head('/api/questions', 'Transfer-Encoding: chunked\r\n');
    expect(await exchange(tcp.port, `${chunked}${chunks}`)).toContain(' 201 ');
    expect(workflow.asked.map(({ question }) => question)).toEqual(['Why?', 'Why?']);
  });

  it('is refused over one megabyte, however it comes', async () => {
    const { tcp, workflow } = await startListening();
    const length = 'Content-Length: 1048577\r\n';
    expect(await exchange(tcp.port, head('/api/questions', length))).toContain(' 413 ');
    const chunk = `${(70_000).toString(16)}\r\n${'x'.repeat(70_000)}\r\n`.repeat(20);
    const chunked = head('/api/questions', 'Transfer-Encoding: chunked\r\n');
    expect(await exchange(tcp.port, `${chunked}${chunk}`)).toContain(' 413 ');
    expect(workflow.asked).toEqual([]);
  });
});

describe('the event feed', () => {
  it('resumes after the last event that a client saw, and goes on live', async () => {
    const { workflow, tcp } = await startListening();
    for (const state of ['reading', 'linting', 'settled']) workflow.happen('change/add-login', state);
    const response = await fetch(`http://127.0.0.1:${tcp.port}/api/events`, {
      headers: { ...bearer, 'last-event-id': '1' },
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = idsOf(response);
    expect([(await events.next()).value, (await events.next()).value]).toEqual(['2', '3']);
    workflow.happen('change/add-login', 'reading');
    expect((await events.next()).value).toBe('4');
    await events.return(undefined);
  });

  it('ends when the server closes, and so does a long poll, while a running answer finishes', async () => {
    const { tcp, socket, listening, workflow } = await startListening();
    const feed = await fetch(`http://127.0.0.1:${tcp.port}/api/events`, { headers: bearer });
    const poll = send({ ...socket, path: '/api/questions/q-lockout?wait_ms=50000' });
    const gate = new EventTarget();
    workflow.metrics = async () => {
      gate.dispatchEvent(new Event('entered'));
      await once(gate, 'finish');
      return 'finished';
    };
    const entered = once(gate, 'entered');
    const slow = send({ ...tcp, path: '/metrics', headers: bearer });
    await entered;
    const closed = listening.close({ deadlineMs: 30_000 });
    expect(await feed.text()).toContain('retry');
    expect((await poll).status).toBe(200);
    gate.dispatchEvent(new Event('finish'));
    expect((await slow).text).toBe('finished');
    await closed;
    await expect(stat(socket.socketPath)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

async function* idsOf(response: Response): AsyncGenerator<string> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk);
    const messages = text.split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) {
      const id = message.split('\n').find((line) => line.startsWith('id: '));
      if (id !== undefined) yield id.slice('id: '.length);
    }
  }
}
