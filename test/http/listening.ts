import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import {
  createHttpApp,
  type HttpAppOptions,
  type ListenOptions,
  listen,
  loopbackHosts,
} from '../../src/http/index.ts';
import { sampleWorkflow } from './memory-workflow.ts';

export const TOKEN = 'a-token-of-the-test';

/** A folder of this test, removed after it. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'specloop-http-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The application on a free port and a socket of its own, closed after the test. */
export async function startListening(
  options: Partial<HttpAppOptions> &
    Pick<ListenOptions, 'onUpgrade'> & { onMcpStream?: (stream: Duplex) => void; socketPath?: string } = {},
) {
  const { onMcpStream = (stream) => stream.destroy(), socketPath, onUpgrade, ...appOptions } = options;
  const workflow = sampleWorkflow();
  const app = createHttpApp({
    workflow,
    gate: { token: TOKEN, allowedHosts: loopbackHosts('127.0.0.1') },
    ...appOptions,
  });
  const path = socketPath ?? join(await temporaryFolder(), 's.sock');
  const listening = await listen({
    app,
    tcp: { host: '127.0.0.1', port: 0 },
    socketPath: path,
    onMcpStream,
    ...(onUpgrade === undefined ? {} : { onUpgrade }),
  });
  onTestFinished(() => listening.close({ deadlineMs: 0 }));
  return {
    app,
    workflow,
    listening,
    tcp: { host: '127.0.0.1', port: listening.port },
    socket: { socketPath: path },
  };
}

export const bearer = { authorization: `Bearer ${TOKEN}` };
