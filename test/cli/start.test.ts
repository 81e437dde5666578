import { once } from 'node:events';
import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { defaultCacheDir } from '../../src/redis/index.ts';
import { temporaryFolder } from '../http/listening.ts';
import { type Built, buildPackage } from './built.ts';
import { runCommand, startCommand } from './command-line.ts';

let built: Built;
beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

/** A worker as a person starts it, on a copy of the example, ready. */
async function startedWorker() {
  const cwd = await temporaryFolder();
  const example = new URL('../../examples/shop/openspec', import.meta.url).pathname;
  await cp(example, join(cwd, 'openspec'), { recursive: true });
  await mkdir(join(cwd, 'run'));
  const env = {
    WORKFLOW_ORCHESTRATOR_SOCKET: join(cwd, 'run/s.sock'),
    MCP_ORCHESTRATOR_SOCKET: join(cwd, 'run/none.sock'),
    SPECLOOP_STATE_DIR: join(cwd, 'state'),
    SPECLOOP_HTTP_PORT: '0',
    LM_STUDIO_BASE_URL: 'http://127.0.0.1:9',
    // What was fetched once is not fetched again.
    XDG_CACHE_HOME: dirname(defaultCacheDir()),
  };
  const worker = startCommand(built.main, ['start'], { cwd, env });
  onTestFinished(async () => {
    if (worker.exitCode !== null || worker.signalCode !== null) return;
    worker.kill('SIGKILL');
    await once(worker, 'exit');
  });
  if (worker.stderr === null) throw new Error('no stderr');
  const lines: string[] = [];
  const output = createInterface({ input: worker.stderr });
  for await (const line of output) {
    lines.push(line);
    if (line.includes('http://127.0.0.1:')) break;
  }
  const specloop = (...args: string[]) => runCommand(built.main, args, { cwd, env });
  return { worker, lines, specloop, cwd };
}

describe('specloop start', () => {
  it('says where Redis came from and where the dashboard is, answers, and ends cleanly on SIGTERM', async () => {
    const { worker, lines, specloop } = await startedWorker();
    expect(lines.join('\n')).toMatch(/Redis|Valkey/);
    await expect
      .poll(async () => JSON.parse((await specloop('changes', '--json')).stdout).items.length, {
        timeout: 30_000,
      })
      .toBe(3);
    expect(JSON.parse((await specloop('status', '--json')).stdout)).toMatchObject({
      version: expect.any(String),
    });
    const second = await specloop('start');
    expect([second.code, second.stderr]).toEqual([3, expect.stringContaining(String(worker.pid))]);

    worker.kill('SIGTERM');
    await once(worker, 'exit');
    expect(worker.exitCode).toBe(0);
    expect((await specloop('status')).code).toBe(3);
  });

  it('ends cleanly on Ctrl-C', async () => {
    const { worker } = await startedWorker();
    worker.kill('SIGINT');
    await once(worker, 'exit');
    expect(worker.exitCode).toBe(0);
  });
});
