import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Redis } from 'ioredis';
import { assertRootWritable, type Config } from './config/index.ts';
import { createDashboard } from './dashboard/index.ts';
import { UserError } from './errors.ts';
import { bullBoard, createHttpApp, type IdempotencyStore, listen, loopbackHosts } from './http/index.ts';
import { createInspectorSocket, INSPECTOR_PATH } from './inspector/index.ts';
import { createMcpFaces } from './mcp/index.ts';
import { type FolderLock, lockFolder } from './redis/index.ts';
import { openLog, Problems } from './telemetry/index.ts';
import { packageVersion } from './version.ts';
import { namespaceOf, openWorkflow, type Workflow } from './workflow/index.ts';

const idempotencyDays = 1;

/** A worker process: the workflow and its faces on one root. */
export interface Worker {
  url: string;
  socketPath: string;
  /** resolves when it has stopped */
  stopped: Promise<void>;
  stop(): Promise<void>;
}

export interface StartOptions {
  join: boolean;
  /** serve the Stately wire events, too */
  inspect?: boolean;
  /** lines for people; what they tell, and more, stands in `<state>/log/worker.log` */
  onLine(line: string): void;
  signal: AbortSignal;
}

/** Holds the root, opens the workflow, serves its faces. Throws a UserError that says what is missing or who holds the root. */
export async function startWorker(config: Config, options: StartOptions): Promise<Worker> {
  await assertRootWritable(config.root);
  const lock = options.join ? undefined : await holdRoot(config);
  const voice = voiceOf(config, options.onLine);
  // A rejection that nobody awaited is a mistake of ours: told, and no reason to end what else is going on.
  process.on('unhandledRejection', voice.onProblem);
  try {
    const worker = await serve(config, { ...options, ...voice }, lock);
    void worker.stopped.then(() => process.off('unhandledRejection', voice.onProblem));
    return worker;
  } catch (error) {
    process.off('unhandledRejection', voice.onProblem);
    await lock?.release();
    throw error;
  }
}

/** What a worker says: lines for people, and a log of the same and of every problem, each sort of it once in a while. */
function voiceOf(config: Config, tell: (line: string) => void) {
  const log = openLog({ file: join(config.stateDir, 'log', 'worker.log'), level: config.logLevel });
  const problems = new Problems({
    write({ error, times }) {
      log.error({ err: error, times }, error.message);
      tell(times === 1 ? error.message : `${error.message} (${times} times)`);
    },
  });
  return {
    onLine(line: string) {
      log.info(line);
      tell(line);
    },
    onProblem: (error: unknown) => problems.report(error),
  };
}

async function holdRoot(config: Config): Promise<FolderLock> {
  const since = new Date().toISOString();
  const holder = { pid: String(process.pid), since, root: config.root };
  const lock = await lockFolder(join(config.stateDir, 'worker'), holder);
  if (!('heldBy' in lock)) return lock;
  const { pid = 'unknown', url = 'starting', root = config.root, since: from = '' } = lock.heldBy;
  throw new UserError('another specloop holds this folder', {
    which: root,
    why: `process ${pid} has held it since ${from}, its dashboard is ${url}`,
    next: `stop that one (kill ${pid}), or start beside it with --join`,
    exitCode: 3,
    code: 'root-held',
  });
}

async function serve(
  config: Config,
  options: StartOptions & { onProblem(error: unknown): void },
  lock: FolderLock | undefined,
): Promise<Worker> {
  const { onLine, onProblem } = options;
  const standing = { socket: false, tcp: false };
  const workflow = await openWorkflow(config, {
    version: packageVersion(),
    join: options.join,
    onLine,
    onProblem,
    signal: options.signal,
    faceChecks: () => ({
      socket: { ok: standing.socket, found: config.socketPath },
      tcp: { ok: standing.tcp, found: `${config.http.host}:${config.http.port}` },
    }),
  });
  const { orchestrator, runtime, redis } = workflow;
  if (options.join) {
    onLine(`joined ${config.root}: takes queue work beside the process that holds it`);
    return lifetime({ url: '', socketPath: '', close: () => workflow.close() });
  }
  try {
    const mcp = createMcpFaces({ workflow: orchestrator, version: packageVersion(), onProblem });
    const token = await tokenOf(config.stateDir);
    const app = createHttpApp({
      workflow: orchestrator,
      root: config.root,
      gate: { token, allowedHosts: loopbackHosts(config.http.host) },
      mcp: (request) => mcp.handleHttp(request),
      board: bullBoard({ queues: runtime.queues.queues }),
      dashboard: createDashboard({ workflow: orchestrator }),
      upgrades: options.inspect === true ? [INSPECTOR_PATH] : [],
      idempotencyStore: redisIdempotency(redis.connect('commands', 'idempotency'), config.stateDir),
      version: packageVersion(),
      onUnforeseen: ({ id, method, path, error }) =>
        onProblem(new Error(`${id} ${method} ${path}`, { cause: error })),
    });
    const streams = new AbortController();
    const listening = await listen({
      app,
      tcp: config.http,
      socketPath: config.socketPath,
      onMcpStream: (stream: Duplex) => {
        mcp.serveStream(stream, stream, { signal: streams.signal }).catch(onProblem);
      },
      ...(options.inspect === true ? { onUpgrade: inspectorSocket(workflow, onProblem) } : {}),
    });
    standing.socket = true;
    standing.tcp = true;
    lock?.update({
      pid: String(process.pid),
      since: new Date().toISOString(),
      root: config.root,
      url: listening.url,
    });
    if (listening.portTaken !== undefined)
      onLine(`port ${listening.portTaken} is taken, using ${listening.port}`);
    onLine(`dashboard, queues and inspector on ${listening.url} (specloop open signs a browser in)`);
    if (options.inspect === true) {
      const address = `${listening.url.replace('http:', 'ws:')}${INSPECTOR_PATH}`;
      onLine(`Stately wire events on ${address}?token=… (the content of ${join(config.stateDir, 'token')})`);
    }
    return lifetime({
      url: listening.url,
      socketPath: listening.socketPath,
      async close() {
        streams.abort();
        // One that fails to close keeps none of the others open, and the root is let go in any case.
        await mcp.close().catch(onProblem);
        await listening.close().catch(onProblem);
        await workflow.close().catch(onProblem);
        await lock?.release();
      },
    });
  } catch (error) {
    await workflow.close();
    throw error;
  }
}

function lifetime(o: { url: string; socketPath: string; close(): Promise<void> }): Worker {
  let stopping: Promise<void> | undefined;
  let done = () => {};
  const stopped = new Promise<void>((resolve) => {
    done = resolve;
  });
  return {
    url: o.url,
    socketPath: o.socketPath,
    stopped,
    stop() {
      stopping ??= o.close().finally(done);
      return stopping;
    },
  };
}

/** The Stately wire events, from what the runtime has committed. */
function inspectorSocket({ runtime, orchestrator }: Workflow, onProblem: (error: unknown) => void) {
  return createInspectorSocket({
    source: {
      recentActors: async (limit) => (await runtime.list({ limit })).items,
      actor: (id) => runtime.get(id),
      history: (id) => runtime.history(id),
      transitions: (signal) => orchestrator.events({ signal }),
    },
    onProblem,
  });
}

/** The bearer token of the TCP side, made once. */
async function tokenOf(stateDir: string): Promise<string> {
  const file = join(stateDir, 'token');
  const found = await readFile(file, 'utf8').catch(() => '');
  if (found.trim() !== '') return found.trim();
  const token = randomBytes(32).toString('base64url');
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  return token;
}

/** First responses by key, shared by the processes on one Redis and kept over restarts. */
function redisIdempotency(redis: Redis, stateDir: string): IdempotencyStore {
  const keyOf = (key: string) => `${namespaceOf(stateDir)}:idempotency:${key}`;
  return {
    async get(key) {
      const stored = await redis.get(keyOf(key));
      return stored === null ? undefined : JSON.parse(stored);
    },
    async put(key, response) {
      await redis.set(keyOf(key), JSON.stringify(response), 'EX', idempotencyDays * 24 * 3600);
    },
  };
}
