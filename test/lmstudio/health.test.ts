import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { close, listen, sendJson, startScriptedServer } from '../../src/demo/lm-studio-server.ts';
import { addressesOf } from '../../src/lmstudio/address.ts';
import { createLmStudio, type LmHealth, monitorHealth, startServer } from '../../src/lmstudio/index.ts';
import { type LmStudioServer, type Mode, startLmStudioServer } from '../support/lm-studio-server.ts';

let server: LmStudioServer;
beforeEach(async () => {
  server = await startLmStudioServer({ model: 'qwen3-8b' });
});
afterEach(() => server.stop());

async function healthWith(options: { model?: string; baseUrl?: string; maxConcurrent?: number } = {}) {
  const lm = createLmStudio({ baseUrl: server.url, timeoutMs: 10_000, ...options });
  const health = await lm.health();
  await lm.close();
  return health;
}

describe('health is told by the body', () => {
  it.each<[Mode, LmHealth['state']]>([
    ['normal', 'ready'],
    ['v0', 'ready'],
    ['plain', 'ready'],
    ['refuse', 'down'],
    ['unauthorized', 'unauthorized'],
    ['web-page', 'not-lm-studio'],
    ['no-models', 'no-model'],
    ['not-loaded', 'no-model'],
    ['old-lm-studio', 'no-model'],
  ])('%s is %s', async (mode, state) => {
    await server.behave(mode);
    expect((await healthWith()).state).toBe(state);
  });

  it('takes the context of the loaded instance, not what the model could have', async () => {
    await server.behave('v0');
    expect(await healthWith()).toMatchObject({
      model: 'qwen3-8b',
      contextTokens: 5000,
      loaded: ['qwen3-8b'],
    });
  });

  it('divides the context among the calls that run at once', async () => {
    expect(await healthWith({ maxConcurrent: 4 })).toMatchObject({ contextTokens: 2048, parallel: 4 });
  });

  it('thinking aloud is switched off only where the model says that it can be', async () => {
    for (const options of [
      ['off', 'on'],
      ['low', 'high'],
    ]) {
      const reasoner = await startScriptedServer({
        intercept: (request, response) => {
          if (request.path !== '/api/v1/models') return false;
          const capabilities = { reasoning: { allowed_options: options, default: 'on' } };
          const instance = { id: 'thinker', config: { context_length: 8192 } };
          sendJson(response, 200, {
            models: [{ type: 'llm', key: 'thinker', loaded_instances: [instance], capabilities }],
          });
          return true;
        },
      });
      const lm = createLmStudio({ baseUrl: reasoner.url, timeoutMs: 10_000 });
      await lm.complete({
        schema: z.object({ yes: z.boolean() }),
        name: 'yes',
        system: 's',
        user: 'u',
        maxTokens: 9,
      });
      await lm.close();
      await reasoner.stop();
      const sent = JSON.stringify(reasoner.requests.at(-1)?.body);
      expect(sent.includes('"reasoning_effort":"none"')).toBe(options.includes('off'));
    }
  });

  it('uses a model that is not loaded only when a person has named it', async () => {
    await server.behave('not-loaded');
    expect(await healthWith()).toMatchObject({ state: 'no-model', downloaded: ['qwen3-8b'] });
    expect(await healthWith({ model: 'Qwen3-8B' })).toMatchObject({
      state: 'ready',
      model: 'qwen3-8b',
      loaded: [],
    });
    expect(server.chats()).toHaveLength(0);
  });
});

describe('the address', () => {
  it('localhost is tried as IPv4 and as IPv6, with or without /v1', () => {
    expect(addressesOf('http://localhost:1234/v1/')).toEqual(['http://127.0.0.1:1234', 'http://[::1]:1234']);
    expect(addressesOf('http://10.0.0.5:1234')).toEqual(['http://10.0.0.5:1234']);
    expect(addressesOf('https://models.example/proxy/v1')).toEqual(['https://models.example/proxy']);
  });

  it('localhost reaches a server that listens on IPv4 only', async () => {
    expect(await healthWith({ baseUrl: server.url.replace('127.0.0.1', 'localhost') })).toMatchObject({
      state: 'ready',
    });
  });

  it('a token is not carried to where a redirect points', async () => {
    const redirecting = createServer((_request, response) => {
      response.writeHead(302, { location: `${server.url}/api/v1/models` });
      response.end();
    });
    await listen(redirecting, 0);
    const address = redirecting.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const lm = createLmStudio({ baseUrl: `http://127.0.0.1:${port}`, apiToken: 'secret', timeoutMs: 10_000 });
    expect((await lm.health()).state).not.toBe('ready');
    await lm.close();
    await close(redirecting);
    expect(server.requests).toHaveLength(0);
  });
});

it('the monitor tells transitions only', async () => {
  const seen: string[] = [];
  const stop = new AbortController();
  const lm = createLmStudio({ baseUrl: server.url, timeoutMs: 10_000 });
  let looks = 0;
  const counting = {
    health: async (signal?: AbortSignal) => {
      looks += 1;
      if (looks === 4) await server.behave('refuse');
      if (looks === 7) await server.behave('normal');
      if (looks === 10) stop.abort();
      return lm.health(signal);
    },
  };
  await monitorHealth(counting, {
    everyMs: 1,
    signal: stop.signal,
    onChange: (health, before) => {
      seen.push(`${before?.state ?? 'unknown'} → ${health.state}`);
    },
  });
  await lm.close();
  expect(seen).toEqual(['unknown → ready', 'ready → down', 'down → ready']);
});

describe('starting the server', () => {
  it('runs `lms server start` on the port of the address', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lms-'));
    await writeFile(join(folder, 'lms'), `#!/bin/sh\necho "$@" >> ${join(folder, 'calls')}\n`);
    await chmod(join(folder, 'lms'), 0o755);
    const env = { PATH: `${folder}:/usr/bin:/bin`, HOME: folder };
    const outcome = await startServer({ baseUrl: 'http://localhost:1234', env });
    expect(outcome).toEqual({ started: true, command: `${join(folder, 'lms')} server start --port 1234` });
  });

  it('says so when there is no such command, or when it is another machine’s', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lms-'));
    const env = { PATH: folder, HOME: folder };
    const none = await startServer({ baseUrl: 'http://localhost:1234', env });
    expect(none).toMatchObject({ started: false, why: expect.stringContaining('no lms command') });
    const far = await startServer({ baseUrl: 'http://10.0.0.5:1234', env });
    expect(far).toMatchObject({ started: false, why: expect.stringContaining('another machine') });
  });

  it('is tried once for a client that was told to, not at every look', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lms-'));
    await writeFile(join(folder, 'lms'), `#!/bin/sh\necho "$@" >> ${join(folder, 'calls')}\n`);
    await chmod(join(folder, 'lms'), 0o755);
    await server.behave('refuse');
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
    const lines: string[] = [];
    const lm = createLmStudio({
      baseUrl: server.url,
      timeoutMs: 10_000,
      start: true,
      log: (line) => lines.push(line),
    });
    expect((await lm.health()).state).toBe('down');
    expect((await lm.health()).state).toBe('down');
    await lm.close();
    vi.unstubAllEnvs();
    const port = new URL(server.url).port;
    expect(await readFile(join(folder, 'calls'), 'utf8')).toBe(`server start --port ${port}\n`);
    expect(lines).toEqual([expect.stringContaining('started')]);
  });
});
