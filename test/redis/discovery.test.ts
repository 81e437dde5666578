import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isOnPath } from '../../src/redis/binary.ts';
import { findRedis } from '../../src/redis/index.ts';
import { unpackedFolder } from '../../src/redis/unpacked.ts';

let folder: string;
let cacheDir: string;
let bin: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sl-find-'));
  cacheDir = join(folder, 'cache');
  bin = join(folder, 'bin');
  await mkdir(bin);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A program that answers `--version` as the real ones do. */
async function plant(path: string, says: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho '${says}'\n`);
  await chmod(path, 0o755);
}

const find = (path = bin) => findRedis({ cacheDir, env: { PATH: path, HOME: folder } });

describe('what is on PATH comes first', () => {
  test('before a cached one', async () => {
    await plant(join(bin, 'redis-server'), 'Redis server v=7.2.4 sha=00000000:0 malloc=libc bits=64');
    await plant(join(unpackedFolder(cacheDir), 'usr/bin/redis-server'), 'Redis server v=7.0.15 sha=0');
    const found = await find();
    expect(found.origin).toBe(`Redis 7.2.4 from PATH (${join(bin, 'redis-server')})`);
  });

  test('Valkey counts as well, and is called by its name', async () => {
    await plant(join(bin, 'valkey-server'), 'Valkey server v=8.0.1 sha=00000000:0 malloc=jemalloc bits=64');
    expect((await find()).origin).toContain('Valkey 8.0.1 from PATH');
  });

  test('one that does not run, is no Redis or is older than 5 is passed over', async () => {
    const [broken, fake, old, good] = ['a', 'b', 'c', 'd'].map((name) => join(folder, name));
    await plant(join(broken ?? '', 'redis-server'), '');
    await writeFile(join(broken ?? '', 'redis-server'), '#!/no/such/interpreter\n');
    await plant(join(fake ?? '', 'redis-server'), 'hello');
    await plant(join(old ?? '', 'redis-server'), 'Redis server v=4.0.9 sha=0');
    await plant(join(good ?? '', 'redis-server'), 'Redis server v=6.0.16 sha=0');
    const found = await find([broken, fake, old, good].join(':'));
    expect(found.path).toBe(join(good ?? '', 'redis-server'));
  });

  test('a relative entry of PATH is not looked at', async () => {
    await plant(join(bin, 'redis-server'), 'Redis server v=7.2.4 sha=0');
    await plant(join(unpackedFolder(cacheDir), 'usr/bin/redis-server'), 'Redis server v=7.0.15 sha=0');
    const cwd = process.cwd();
    process.chdir(folder);
    try {
      expect((await find('bin')).version).toBe('7.0.15');
    } finally {
      process.chdir(cwd);
    }
  });
});

test('without one on PATH the cached one is used, and nothing is fetched', async () => {
  await plant(join(unpackedFolder(cacheDir), 'usr/bin/redis-server'), 'Redis server v=7.0.15 sha=0');
  expect((await find()).origin).toContain('Redis 7.0.15 from the cache');
});

test('without any, and no package manager, the message has the way out and exit code 3', async () => {
  await expect(find()).rejects.toMatchObject({
    name: 'UserError',
    code: 'redis-missing',
    exitCode: 3,
    next: expect.stringContaining('REDIS_URL'),
  });
});

test("the command to type is the one of the system's own package manager", async () => {
  await plant(join(bin, 'dnf'), '');
  await expect(find()).rejects.toMatchObject({ next: expect.stringContaining('sudo dnf install valkey') });
});

test('a package manager that fails is quoted with its last word, and the half-made folder is gone', async () => {
  await plant(join(bin, 'dpkg-deb'), '');
  await writeFile(
    join(bin, 'apt-get'),
    '#!/bin/sh\necho "E: Unable to locate package redis-server" >&2\nexit 100\n',
  );
  await chmod(join(bin, 'apt-get'), 0o755);
  await expect(find(`${bin}:/bin`)).rejects.toMatchObject({
    why: 'E: Unable to locate package redis-server',
    next: expect.stringContaining('sudo apt-get install redis-server'),
  });
  expect(await readdir(join(cacheDir, 'redis'))).toEqual([]);
});

const apt = await isOnPath('apt-get', '/usr/bin');

describe.runIf(apt)('on Debian and Ubuntu', () => {
  /** The system's tools without its Redis, should it have one. */
  async function toolsWithoutRedis(): Promise<string> {
    const names = (await readdir('/usr/bin')).filter((name) => !/^(redis|valkey)-/.test(name));
    await Promise.all(names.map((name) => symlink(join('/usr/bin', name), join(bin, name))));
    return bin;
  }

  test('apt-get fetches one that runs, into the cache alone, and says so in one line', async () => {
    const lines: string[] = [];
    const env = { PATH: await toolsWithoutRedis(), HOME: folder };
    const found = await findRedis({ cacheDir, env, onLine: (line) => lines.push(line) });
    expect(found.path).toContain(cacheDir);
    expect(lines).toEqual([expect.stringContaining('apt-get')]);
    expect(await readdir(join(cacheDir, 'redis'))).toEqual(['unpacked']);
    const again = await findRedis({ cacheDir, env });
    expect(again.origin).toContain('from the cache');
  });

  test('on a system without package lists two that fetch at once both get one that runs', async () => {
    const lists = join(folder, 'no-lists');
    await mkdir(join(lists, 'partial'), { recursive: true });
    const settings = join(folder, 'apt.conf');
    await writeFile(settings, `Dir::State::Lists "${lists}";\n`);
    const env = { PATH: await toolsWithoutRedis(), HOME: folder, APT_CONFIG: settings };
    const found = await Promise.all([findRedis({ cacheDir, env }), findRedis({ cacheDir, env })]);
    expect(new Set(found.map(({ path }) => path)).size).toBe(1);
    expect(await readdir(join(cacheDir, 'redis'))).toEqual(['unpacked']);
    expect(await readdir(lists)).toEqual(['partial']);
  });
});
