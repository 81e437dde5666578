import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openRedis, type RedisHandle } from '../../src/redis/index.ts';
import { isAlive } from '../support/process.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

let folder: string;
const open = new Set<RedisHandle>();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sl-open-'));
});
afterEach(async () => {
  for (const handle of open) await handle.close();
  open.clear();
  await rm(folder, { recursive: true, force: true });
});

async function opened(options: Omit<Parameters<typeof openRedis>[0], 'stateDir'> = {}): Promise<RedisHandle> {
  const handle = await openRedis({ stateDir: folder, ...options });
  open.add(handle);
  return handle;
}

describe('the embedded Redis', () => {
  test('keeps its word: noeviction and appendfsync always, on a Unix socket alone', async () => {
    const redis = await opened();
    expect((await redis.checks()).map(({ name, ok }) => ({ name, ok }))).toEqual([
      { name: 'redis-version', ok: true },
      { name: 'redis-eviction', ok: true },
      { name: 'redis-aof', ok: true },
    ]);
    expect(redis.connection).toEqual({ path: expect.stringContaining('specloop') });
    expect(await redis.connect('commands', 'test').config('GET', 'port')).toEqual(['port', '0']);
  });

  test('ends with the last one that uses it, and its data is there the next time', async () => {
    const first = await opened();
    const second = await opened();
    expect(second.pid).toBe(first.pid);
    expect([first.adopted, second.adopted]).toEqual([false, true]);
    await first.connect('commands', 'test').set('kept', 'yes');
    await first.close();
    expect(await second.connect('commands', 'test').get('kept')).toBe('yes');
    await second.close();
    await expect.poll(() => isAlive(first.pid)).toBe(false);
    const third = await opened();
    expect(third.adopted).toBe(false);
    expect(await third.connect('commands', 'test').get('kept')).toBe('yes');
  });

  test('two that close at the same time leave none running', async () => {
    const handles = await Promise.all([opened(), opened(), opened()]);
    expect(new Set(handles.map(({ pid }) => pid)).size).toBe(1);
    await Promise.all(handles.map((handle) => handle.close()));
    await expect.poll(() => isAlive(handles[0]?.pid)).toBe(false);
  });

  test('one that is killed is started again on its data, and clients go on', async () => {
    const lines: string[] = [];
    const redis = await opened({ onLine: (line) => lines.push(line) });
    const client = redis.connect('blocking', 'test');
    await client.set('kept', 'yes');
    const before = redis.pid ?? 0;
    process.kill(before, 'SIGKILL');
    await expect.poll(() => redis.pid, { timeout: 20_000 }).not.toBe(before);
    expect(await client.get('kept')).toBe('yes');
    expect(lines).toEqual([expect.stringContaining(`pid ${redis.pid} goes on with its data`)]);
  });

  test('a blocking client waits out the death of its server', async () => {
    const redis = await opened();
    const popped = redis.connect('blocking', 'waits').blpop('list', 0);
    process.kill(redis.pid ?? 0, 'SIGKILL');
    await redis.connect('blocking', 'pushes').rpush('list', 'x');
    expect(await popped).toEqual(['list', 'x']);
  });

  test('one that ends again and again is said once, with its own last warning, and comes back', async () => {
    const lines: string[] = [];
    const redis = await opened({ onLine: (line) => lines.push(line) });
    const client = redis.connect('blocking', 'test');
    for (let round = 0; round < 3; round += 1) {
      const before = redis.pid ?? 0;
      process.kill(before, 'SIGTERM');
      await expect.poll(() => redis.pid, { timeout: 20_000 }).not.toBe(before);
      await client.ping();
    }
    expect(lines).toEqual([expect.stringMatching(/ended unexpectedly \(.*bye bye.*\)/)]);
  });

  test('one whose socket was removed under it is replaced, on the same data', async () => {
    const redis = await opened();
    const before = redis.pid ?? 0;
    const client = redis.connect('blocking', 'test');
    await client.set('kept', 'yes');
    if (!('path' in redis.connection)) throw new Error('an embedded Redis has a socket');
    await rm(redis.connection.path);
    // Connections live on without a socket; this ends them all, so that they would need it.
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await expect.poll(() => redis.pid, { timeout: 40_000 }).not.toBe(before);
    await expect.poll(() => isAlive(before)).toBe(false);
    expect(await client.get('kept')).toBe('yes');
  });

  test('one whose socket was removed is still ended by the last that leaves', async () => {
    const redis = await opened();
    if (!('path' in redis.connection)) throw new Error('an embedded Redis has a socket');
    await rm(redis.connection.path);
    await redis.close();
    await expect.poll(() => isAlive(redis.pid)).toBe(false);
  });

  test('an aborted start leaves no server behind', async () => {
    const controller = new AbortController();
    const starting = openRedis({ stateDir: folder, signal: controller.signal });
    controller.abort(new Error('Ctrl-C'));
    await expect(starting).rejects.toThrow('Ctrl-C');
    const after = await opened();
    expect(after.adopted).toBe(false);
  });

  test('a damaged append-only file is reported with the server’s own words, and is left as it is', async () => {
    const redis = await opened();
    await redis.connect('commands', 'test').set('kept', 'yes');
    await redis.close();
    const aof = join(folder, 'redis', 'appendonlydir');
    const part = (await readdir(aof)).find((name) => name.endsWith('.incr.aof')) ?? '';
    const damaged = Buffer.concat([Buffer.from('garbage\r\n'), await readFile(join(aof, part))]);
    await writeFile(join(aof, part), damaged);
    await expect(openRedis({ stateDir: folder })).rejects.toMatchObject({
      code: 'redis-start-failed',
      exitCode: 3,
      why: expect.stringMatching(/Bad file format|redis-check-aof/i),
    });
    expect(await readFile(join(aof, part))).toEqual(damaged);
  });
});

describe('a Redis behind REDIS_URL', () => {
  let foreign: TestRedis;
  beforeAll(async () => {
    foreign = await startTestRedis();
  });
  afterAll(() => foreign.stop());

  test('is used and left running', async () => {
    const redis = await opened({ url: `unix://${foreign.socketPath}` });
    expect(redis).toMatchObject({ embedded: false, adopted: false });
    expect(redis.pid).toBeUndefined();
    expect(redis.origin).toContain('from REDIS_URL');
    await redis.close();
    expect(await foreign.connect().ping()).toBe('PONG');
    expect(await readdir(folder)).toEqual([]);
  });

  test('that would evict keys is refused with the remedy', async () => {
    const client = foreign.connect();
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    try {
      await expect(
        openRedis({ url: `unix://${foreign.socketPath}`, stateDir: folder }),
      ).rejects.toMatchObject({
        code: 'redis-eviction',
        exitCode: 3,
        next: expect.stringContaining('CONFIG SET maxmemory-policy noeviction'),
      });
    } finally {
      await client.config('SET', 'maxmemory-policy', 'noeviction');
    }
  });

  test('with a weaker AOF is taken, and the check says what a power cut may cost', async () => {
    const client = foreign.connect();
    await client.config('SET', 'appendfsync', 'everysec');
    const redis = await opened({ url: `unix://${foreign.socketPath}` });
    const aof = (await redis.checks()).find(({ name }) => name === 'redis-aof');
    expect(aof).toMatchObject({ ok: false, advice: true, found: expect.stringContaining('last second') });
    await client.config('SET', 'appendfsync', 'always');
    expect((await redis.checks()).every(({ ok }) => ok)).toBe(true);
  });

  test('that asks for a password says so, and never shows the one that was given', async () => {
    const client = foreign.connect();
    await client.config('SET', 'requirepass', 'right');
    const url = `unix://${foreign.socketPath}?password=wr0ng`;
    const failure = await openRedis({ url, stateDir: folder }).catch((error: unknown) => error);
    await client.config('SET', 'requirepass', '');
    expect(failure).toMatchObject({
      code: 'redis-unreachable',
      exitCode: 3,
      why: expect.stringContaining('WRONGPASS'),
    });
    expect(JSON.stringify(failure)).not.toContain('wr0ng');
  });

  test('where CONFIG is forbidden is taken for what INFO says', async () => {
    const client = foreign.connect();
    await client.call('ACL', 'SETUSER', 'plain', 'on', '>word', '~*', '&*', '+@all', '-config');
    const redis = await opened({ url: `unix://${foreign.socketPath}?username=plain&password=word` });
    expect((await redis.checks()).map(({ name, ok }) => ({ name, ok }))).toEqual([
      { name: 'redis-version', ok: true },
      { name: 'redis-eviction', ok: true },
      { name: 'redis-aof', ok: false },
    ]);
  });
});

describe('a Redis that is not there', () => {
  let silent: Server;
  let port: number;
  beforeAll(async () => {
    silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(() => {
    silent.close();
  });

  test.each([
    ['refuses', 'redis://user:s3cret@127.0.0.1:1/0', /ECONNREFUSED/],
    ['has no such name', 'redis://:s3cret@no-such-host.invalid:6379', /ENOTFOUND|EAI_AGAIN/],
  ])('that %s is named without its password, with exit code 3', async (_what, url, why) => {
    const failure = await openRedis({ url, stateDir: folder }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'redis-unreachable',
      exitCode: 3,
      why: expect.stringMatching(why),
    });
    expect(JSON.stringify(failure)).not.toContain('s3cret');
  });

  test('that accepts and says nothing is given up', async () => {
    const failure = await openRedis({ url: `redis://127.0.0.1:${port}`, stateDir: folder }).catch(
      (e: unknown) => e,
    );
    expect(failure).toMatchObject({ code: 'redis-unreachable', exitCode: 3 });
  });

  test.each([
    ['nonsense', 'nonsense'],
    ['http://127.0.0.1:6379', 'its scheme is http'],
    ['redis://127.0.0.1/first', 'first is not the number of a database'],
    ['unix://relative/path.sock', 'a socket needs its absolute path'],
  ])('%s is a mistake in REDIS_URL, exit code 2', async (url) => {
    await expect(openRedis({ url, stateDir: folder })).rejects.toMatchObject({
      code: 'redis-url',
      exitCode: 2,
    });
  });
});
