import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkNode, checkSocket } from '../../src/cli/doctor/machine.ts';
import { temporaryFolder } from '../http/listening.ts';
import { startLmStudioServer } from '../support/lm-studio-server.ts';
import { type Built, buildPackage } from './built.ts';
import { runCommand } from './command-line.ts';

let built: Built;
beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

async function machine(env: Record<string, string> = {}) {
  const cwd = await temporaryFolder();
  await mkdir(join(cwd, 'openspec/changes'), { recursive: true });
  const own = {
    WORKFLOW_ORCHESTRATOR_SOCKET: join(cwd, 's.sock'),
    SPECLOOP_STATE_DIR: join(cwd, 'state'),
    SPECLOOP_HTTP_PORT: '0',
    ...env,
  };
  return { cwd, specloop: (...args: string[]) => runCommand(built.main, args, { cwd, env: own }) };
}

interface Check {
  name: string;
  ok: boolean;
  remedy?: string;
}

describe('specloop doctor', () => {
  it('checks everything a worker needs, and makes nothing', async () => {
    const { specloop, cwd } = await machine({ LM_STUDIO_BASE_URL: 'http://127.0.0.1:9' });
    const { stdout } = await specloop('doctor', '--json');
    const { checks }: { checks: Check[] } = JSON.parse(stdout);
    const names = checks.map(({ name }) => name);
    for (const name of [
      'node',
      'root',
      'redis',
      'state-dir',
      'socket',
      'http-port',
      'git',
      'openspec',
      'lm-studio',
    ]) {
      expect(names).toContain(name);
    }
    for (const check of checks.filter(({ ok }) => !ok))
      expect([check.name, check.remedy]).not.toContain(undefined);
    await expect(stat(join(cwd, 'state'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(stat(join(cwd, 's.sock'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is not ready with a Redis that refuses, names it without its password, and exits 3', async () => {
    const { specloop } = await machine({ REDIS_URL: 'redis://:hunter2@127.0.0.1:9' });
    const { code, stdout, stderr } = await specloop('doctor', '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false });
    expect(stdout + stderr).not.toContain('hunter2');
  });

  it('is not ready without an openspec folder, and says how to make one', async () => {
    const cwd = await temporaryFolder();
    const { code, stdout } = await runCommand(built.main, ['doctor'], { cwd });
    expect([code, stdout]).toEqual([3, expect.stringContaining('openspec init')]);
  });

  it('lets the model answer with --model', async () => {
    const lm = await startLmStudioServer();
    try {
      const { specloop } = await machine({ LM_STUDIO_BASE_URL: lm.url });
      const { stdout } = await specloop('doctor', '--json', '--model');
      const { checks }: { checks: Check[] } = JSON.parse(stdout);
      expect(checks.find(({ name }) => name === 'lm-studio')).toMatchObject({ ok: true });
      expect(checks.map(({ name }) => name)).toContain('model-answers');
      expect(lm.requests.length).toBeGreaterThan(1);
    } finally {
      await lm.stop();
    }
  });

  it.each([
    ['20.18.9', false],
    ['20.19.0', true],
    ['18.20.0', false],
    ['22.1.0', true],
  ])('Node %s is enough: %s', (version, ok) => {
    expect(checkNode(version).ok).toBe(ok);
  });

  it('tells a socket that can be replaced from something that cannot', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    expect(await checkSocket(join(folder, 'file'), undefined)).toMatchObject({ ok: false });
    expect(await checkSocket(join(folder, 'free'), undefined)).toMatchObject({ ok: true });
    expect(await checkSocket(join(folder, 'x'.repeat(120)), undefined)).toMatchObject({ ok: false });
  });
});

describe('specloop init', () => {
  it('writes a configuration that changes nothing, and never over one that is there', async () => {
    const { specloop, cwd } = await machine();
    expect((await specloop('init')).stdout.trim()).toBe(join(cwd, 'specloop.yaml'));
    expect((await specloop('doctor', '--json')).stderr).toBe('');
    const again = await specloop('init');
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining(join(cwd, 'specloop.yaml'))]);
  });
});
