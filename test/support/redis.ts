import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findRedis } from '../../src/redis/discovery.ts';

/** A real Redis of one test file, on a private Unix socket, with its data in a temp folder. */
export interface TestRedis {
  /** JSON-able options for ioredis or BullMQ */
  connection: { path: string };
  socketPath: string;
  /** the process that answers now; another one after `restart` */
  readonly pid: number;
  /** a client of its own; every one is disconnected by `stop` */
  connect(options?: { blocking?: boolean }): Redis;
  /** empties it, after making sure that it is the one started here */
  flush(): Promise<void>;
  /** SIGKILL, as a crash does it; resolves when the process is gone */
  kill9(): Promise<void>;
  /** starts it again on the same data and socket, after `kill9` or by ending it first */
  restart(): Promise<void>;
  /** ends it and removes its folder */
  stop(): Promise<void>;
}

/**
 * Starts one. `appendfsync` is `always` as in the product, unless the test says otherwise.
 *
 * @example
 * const redis = await startTestRedis();
 * afterAll(() => redis.stop());
 */
export async function startTestRedis(
  options: { appendfsync?: 'always' | 'everysec' } = {},
): Promise<TestRedis> {
  const binary = await findRedis({ onLine: (line) => process.stderr.write(`${line}\n`) });
  const folder = await mkdtemp(join(tmpdir(), 'sl-redis-'));
  const socketPath = join(folder, 's.sock');
  const nonce = randomBytes(12).toString('hex');
  const clients = new Set<Redis>();
  let child = launch();
  // A test process that ends without `stop` leaves no server behind.
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  await answers();

  function launch(): ChildProcess {
    const settings = {
      port: '0',
      unixsocket: socketPath,
      unixsocketperm: '700',
      dir: folder,
      appendonly: 'yes',
      appendfsync: options.appendfsync ?? 'always',
      save: '',
      'maxmemory-policy': 'noeviction',
      // Unused while syslog is off, and readable with CONFIG GET: the mark that tells this server from any other.
      'syslog-ident': nonce,
    };
    const args = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]);
    return spawn(binary.path, args, { env: { ...process.env, ...binary.env }, stdio: 'ignore' });
  }

  async function answers(): Promise<void> {
    const client = connect();
    try {
      await Promise.race([
        client.ping(),
        gone(child).then(() => Promise.reject(new Error(`${binary.path} ended before it answered`))),
      ]);
      await assertOurs(client);
    } finally {
      client.disconnect();
      clients.delete(client);
    }
  }

  async function assertOurs(client: Redis): Promise<void> {
    const info = await client.info('server');
    const ident = await client.config('GET', 'syslog-ident');
    if (!info.includes(`process_id:${child.pid}\r\n`) || !JSON.stringify(ident).includes(nonce)) {
      throw new Error(`the Redis behind ${socketPath} is not the one this test started`);
    }
  }

  function connect(settings: { blocking?: boolean } = {}): Redis {
    const client = new Redis({
      path: socketPath,
      maxRetriesPerRequest: settings.blocking === true ? null : 100,
      retryStrategy: (times) => Math.min(5 * times, 100),
    });
    // Without a listener a lost connection would end the test process; the command itself still rejects.
    client.on('error', () => {});
    clients.add(client);
    return client;
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    child.kill(signal);
    await gone(child);
  }

  return {
    connection: { path: socketPath },
    socketPath,
    get pid() {
      return child.pid ?? 0;
    },
    connect,
    async flush() {
      const client = connect();
      await assertOurs(client);
      await client.flushall();
      client.disconnect();
      clients.delete(client);
    },
    kill9: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      child = launch();
      await answers();
    },
    async stop() {
      for (const client of clients) client.disconnect();
      process.off('exit', killWithUs);
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}
