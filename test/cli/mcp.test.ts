import { spawn } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startListening, temporaryFolder } from '../http/listening.ts';
import { type Built, buildPackage } from './built.ts';

let built: Built;
beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

/** `specloop mcp` as a desktop client starts it: lines in, lines out. */
function startMcp(cwd: string, socketPath: string) {
  const env = { PATH: process.env.PATH ?? '', HOME: cwd, WORKFLOW_ORCHESTRATOR_SOCKET: socketPath };
  const child = spawn(process.execPath, [built.main, 'mcp'], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let id = 0;
  const call = async (method: string, params: object) => {
    id += 1;
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return JSON.parse((await lines.next()).value);
  };
  return { child, call };
}

const initialize = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
};

describe('specloop mcp', () => {
  it('passes lines to the worker and its answers back', async () => {
    const onMcpStream = (stream: Duplex) => {
      createInterface({ input: stream }).on('line', (line) => {
        stream.write(
          `${JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(line).id, result: { from: 'worker' } })}\n`,
        );
      });
    };
    const { socket } = await startListening({ onMcpStream });
    const { call } = startMcp(await temporaryFolder(), socket.socketPath);
    expect(await call('initialize', initialize)).toMatchObject({ id: 1, result: { from: 'worker' } });
  });

  it('reviews where no worker runs', async () => {
    const cwd = await temporaryFolder();
    const example = new URL('../../examples/shop/openspec', import.meta.url).pathname;
    await cp(example, join(cwd, 'openspec'), { recursive: true });
    const { call } = startMcp(cwd, join(cwd, 'none.sock'));
    await call('initialize', initialize);
    const reply = await call('tools/call', {
      name: 'review_change',
      arguments: { change_id: 'faster-search' },
    });
    expect(reply.result.structuredContent).toMatchObject({ changes: ['faster-search'] });
    expect(reply.result.structuredContent.summary.error).toBeGreaterThan(0);
    const unknown = await call('tools/call', { name: 'review_change', arguments: { change_id: 'nothing' } });
    expect(unknown.result.isError).toBe(true);
  });
});
