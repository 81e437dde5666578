import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import type { FoundRedis } from './discovery.ts';
import { type Identity, identify, isServerOf } from './identity.ts';
import { type FolderLock, lockFile } from './lock.ts';
import { makePrivateFolder } from './private-folder.ts';
import { openRuntimeFolder } from './runtime-folder.ts';
import { lastLogLines, spawnServer } from './server.ts';
import { readRecord, type ServerRecord, toHolder } from './server-record.ts';

/** The files of an embedded server in its state folder. */
export interface ServerFiles {
  dataDir: string;
  lockFile: string;
  usersFile: string;
  logFile: string;
  stateDir: string;
}

/** A server that was found answering, or started. */
export interface RunningServer {
  pid: number;
  socketPath: string;
  adopted: boolean;
  /** only of one that was started here, just now */
  child?: ChildProcess;
  binary?: FoundRedis;
}

interface EnsureOptions {
  files: ServerFiles;
  find: () => Promise<FoundRedis>;
  /** true when no other process uses the server, so that a lost one may be ended */
  isAlone: () => boolean;
  /** the socket that clients here are bound to already */
  socketPath?: string;
  signal?: AbortSignal;
}

const PAUSE_MS = 10;
/** How long the holder of the lock may be silent: longer than any start, which binds its socket before it loads data. */
const SILENCE_MS = 5_000;

/** Names the files, and makes their folders. */
export async function serverFiles(stateDir: string): Promise<ServerFiles> {
  await makePrivateFolder(join(stateDir, 'redis'));
  // Redis reports its folder resolved, so it is compared resolved.
  const real = await realpath(stateDir);
  return {
    stateDir: real,
    dataDir: join(real, 'redis'),
    lockFile: join(real, 'redis.lock'),
    usersFile: join(real, 'redis.users'),
    logFile: join(real, 'redis.log'),
  };
}

/**
 * Gives the one server of a state folder. Whoever gets the lock starts it and hands it the lock; whoever does not
 * finds it by the record in the lock file, makes sure that it is the one, and adopts it.
 */
export async function ensureServer(options: EnsureOptions): Promise<RunningServer> {
  let binary: FoundRedis | undefined;
  let silentUntil = performance.now() + SILENCE_MS;
  for (;;) {
    options.signal?.throwIfAborted();
    const record: ServerRecord = {
      nonce: randomBytes(16).toString('hex'),
      socketPath: options.socketPath ?? join(await openRuntimeFolder(options.files.stateDir), 'redis.sock'),
      dataDir: options.files.dataDir,
    };
    const lock = lockFile(options.files.lockFile, toHolder(record));
    if (lock !== undefined) {
      if (binary !== undefined) return start({ ...options, lock, record, binary });
      // Finding one may mean fetching it, and nobody shall wait for a lock that long.
      await lock.release();
      binary = await options.find();
      continue;
    }
    const holder = await readRecord(options.files.lockFile);
    const identity: Identity = holder === undefined ? { kind: 'silent' } : await identify(holder);
    if (holder !== undefined && identity.kind === 'ours') {
      return { pid: identity.pid, socketPath: holder.socketPath, adopted: true };
    }
    if (identity.kind === 'hung') throw cannotAdopt(options, identity, holder);
    if (performance.now() > silentUntil) {
      // Not at once: between reading the record and asking, the next server may have taken the same socket.
      if (identity.kind === 'foreign') throw cannotAdopt(options, identity, holder);
      await endLost(options, holder);
      silentUntil = performance.now() + SILENCE_MS;
    }
    await delay(PAUSE_MS);
  }
}

async function start(
  options: EnsureOptions & { lock: FolderLock; record: ServerRecord; binary: FoundRedis },
): Promise<RunningServer> {
  const { lock, record, binary } = options;
  let child: ChildProcess;
  try {
    child = await spawnServer({
      binary,
      socketPath: record.socketPath,
      dataDir: record.dataDir,
      logFile: options.files.logFile,
      nonce: record.nonce,
      lockFd: lock.fd,
    });
    lock.update(toHolder({ ...record, ...(child.pid === undefined ? {} : { pid: child.pid }) }));
  } finally {
    // From here on the server alone holds the lock: it lasts as long as the server, however we end.
    await lock.release();
  }
  while (child.exitCode === null && child.signalCode === null) {
    if (options.signal?.aborted === true) {
      child.kill('SIGTERM');
      await once(child, 'exit');
      options.signal.throwIfAborted();
    }
    const identity = await identify(record);
    if (identity.kind === 'ours') {
      return { pid: identity.pid, socketPath: record.socketPath, adopted: false, child, binary };
    }
    await delay(PAUSE_MS);
  }
  throw new UserError('the embedded Redis ended while it was starting', {
    which: binary.path,
    why: lastLogLines(options.files.logFile, 5),
    next: `read ${options.files.logFile}; its data stands untouched in ${record.dataDir}`,
    exitCode: 3,
    code: 'redis-start-failed',
  });
}

/** Ends a server that lives but cannot be reached any more, because its socket was removed under it. */
async function endLost(options: EnsureOptions, holder: ServerRecord | undefined): Promise<void> {
  const pid = holder?.pid;
  if (pid === undefined || !options.isAlone() || !(await isServerOf(pid, options.files.dataDir))) {
    throw cannotAdopt(options, { kind: 'silent' }, holder);
  }
  process.kill(pid, 'SIGTERM');
}

function cannotAdopt(
  options: EnsureOptions,
  identity: Identity,
  holder: ServerRecord | undefined,
): UserError {
  const why = {
    ours: '',
    silent: 'a process holds its lock, but nothing answers on its socket',
    hung: 'it accepts connections, but does not answer',
    foreign: 'what answers on its socket is another Redis',
  }[identity.kind];
  return new UserError('the embedded Redis that is running cannot be used', {
    which: `${holder?.pid === undefined ? '' : `pid ${holder.pid}, `}data in ${options.files.dataDir}`,
    why,
    next:
      holder?.pid === undefined
        ? `end the process that holds ${options.files.lockFile}`
        : remedy(identity, holder.pid),
    exitCode: 3,
    code: 'redis-not-adopted',
  });
}

function remedy(identity: Identity, pid: number): string {
  const end = `kill ${pid} (its data stays)`;
  return identity.kind === 'hung' ? `kill -CONT ${pid} if it was stopped, else ${end}` : end;
}
