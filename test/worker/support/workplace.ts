import { execFile, spawn as spawnPiped } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { serverFiles } from '../../../src/redis/ensure.ts';
import { defaultCacheDir, openRedis } from '../../../src/redis/index.ts';
import { readRecord } from '../../../src/redis/server-record.ts';
import { type Ended, ended } from '../../cli/command-line.ts';
import { Api } from './api.ts';
import { asUnprivileged } from './unprivileged.ts';
import { spawnWorker, type WorkerProcess } from './worker-process.ts';

const run = promisify(execFile);
const example = new URL('../../../examples/shop/openspec', import.meta.url).pathname;

export interface CommandOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** as somebody for whom the modes of files count */
  unprivileged?: boolean;
}

/** A person's place of work: a git repository with the example in it, and a state folder, both of one test alone. */
export interface Workplace {
  folder: string;
  repository: string;
  root: string;
  stateDir: string;
  env: Record<string, string>;
  api: Api;
  /** every worker that was started here, those that have ended too */
  workers: readonly WorkerProcess[];
  /** spawns a worker on the root, or on another one */
  spawn(options?: { root?: string; env?: Record<string, string> }): WorkerProcess;
  /** the same, and waits until it serves */
  start(options?: { root?: string; env?: Record<string, string> }): Promise<WorkerProcess>;
  /** runs a command to its end, in the repository */
  specloop(args: string[], options?: CommandOptions): Promise<Ended>;
  git(...args: string[]): Promise<string>;
  /** the process of the embedded Redis, as its lock says */
  redisPid(): Promise<number | undefined>;
  /** reads and writes documents by their path in the root */
  read(path: string): Promise<Buffer>;
  save(path: string, content: string | Uint8Array): Promise<void>;
  /** ends what was started here, its Redis too, and removes the folder */
  leave(): Promise<void>;
}

/** @param options.main the built command; `model`: where LM Studio is, nowhere by default */
export async function openWorkplace(options: { main: string; model?: string }): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'sl-work-'));
  const repository = join(folder, 'shop');
  const root = join(repository, 'openspec');
  const stateDir = join(folder, 'state');
  const runtimeDir = join(folder, 'run');
  await mkdir(runtimeDir, { mode: 0o700 });
  await cp(example, root, { recursive: true });
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    XDG_RUNTIME_DIR: runtimeDir,
    // What was fetched once is not fetched again.
    XDG_CACHE_HOME: dirname(defaultCacheDir()),
    SPECLOOP_STATE_DIR: stateDir,
    SPECLOOP_HTTP_PORT: '0',
    WORKFLOW_ORCHESTRATOR_SOCKET: join(runtimeDir, 'w.sock'),
    MCP_ORCHESTRATOR_SOCKET: join(runtimeDir, 'none.sock'),
    LM_STUDIO_BASE_URL: options.model ?? 'http://127.0.0.1:9',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
  };
  const workers: WorkerProcess[] = [];
  const spawn: Workplace['spawn'] = (more = {}) => {
    const command = [process.execPath, options.main, 'start', '--root', more.root ?? root];
    const worker = spawnWorker(command, { cwd: repository, env: { ...env, ...more.env } });
    workers.push(worker);
    return worker;
  };
  const git = async (...args: string[]) => (await run('git', args, { cwd: repository, env })).stdout;
  await git('init', '--quiet', '--initial-branch=main');
  await git('config', 'user.name', 'Ada');
  await git('config', 'user.email', 'ada@example.com');
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'Begin the shop');

  return {
    folder,
    repository,
    root,
    stateDir,
    env,
    git,
    workers,
    api: new Api(env.WORKFLOW_ORCHESTRATOR_SOCKET),
    spawn,
    async start(more) {
      const worker = spawn(more);
      await worker.ready;
      return worker;
    },
    specloop(args, more = {}) {
      const command = [process.execPath, options.main, ...args];
      const [file = '', ...rest] = more.unprivileged === true ? asUnprivileged(command) : command;
      const at = { cwd: more.cwd ?? repository, env: { ...env, ...more.env } };
      return ended(spawnPiped(file, rest, { ...at, stdio: ['ignore', 'pipe', 'pipe'] }));
    },
    async redisPid() {
      const { lockFile } = await serverFiles(stateDir);
      return (await readRecord(lockFile))?.pid;
    },
    read: (path) => readFile(join(root, path)),
    async save(path, content) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    },
    async leave() {
      await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
      // A server that outlived its worker is ended by the last to leave: us.
      await (await openRedis({ stateDir })).close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
