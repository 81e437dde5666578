import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Starts `specloop start` as people do, with a state folder of its own, and no model to wait for. */
export function startWorkerProcess({ folder, root }) {
  const socketPath = join(folder, 'w.sock');
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    SPECLOOP_STATE_DIR: join(folder, 'state'),
    WORKFLOW_ORCHESTRATOR_SOCKET: socketPath,
    SPECLOOP_HTTP_PORT: '0',
    LM_STUDIO_BASE_URL: 'http://127.0.0.1:9',
  };
  const child = spawn(process.execPath, [main, 'start', '--root', root], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  return {
    /** the body of a 200, else undefined; throws when the worker has ended */
    async get(path) {
      if (child.exitCode !== null) throw new Error(`the worker ended with ${child.exitCode}:\n${said}`);
      const { status, text } = await get(socketPath, path).catch(() => ({ status: 0, text: '' }));
      return status === 200 ? JSON.parse(text) : undefined;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** Looks every few milliseconds until it is so; gives up after two minutes. */
export async function until(isSo, everyMs) {
  const deadline = performance.now() + 120_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not within two minutes: ${isSo}`);
    await delay(everyMs);
  }
}

function get(socketPath, path) {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
