import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import type { RedisBinary } from './binary.ts';

/** What one embedded server is started with. */
export interface ServerSettings {
  binary: RedisBinary;
  socketPath: string;
  dataDir: string;
  logFile: string;
  /** the mark by which it is known again after its worker died */
  nonce: string;
  /** the ownership lock, which the server inherits: it lasts exactly as long as the server */
  lockFd: number;
}

/** The setting that carries the nonce: unused while syslog is off, and readable with CONFIG GET from the first moment. */
export const NONCE_SETTING = 'syslog-ident';

const LOG_SIZE_BYTES = 1_000_000;

/**
 * Starts redis-server on a Unix socket alone. It is the leader of a session of its own, so that neither Ctrl-C nor a
 * closed terminal ends it, and it writes to a file, so that it outlives its worker's pipes.
 */
export async function spawnServer(settings: ServerSettings): Promise<ChildProcess> {
  const log = openLog(settings.logFile);
  try {
    const child = spawn(settings.binary.path, serverArguments(settings), {
      env: { ...process.env, ...settings.binary.env },
      cwd: settings.dataDir,
      detached: true,
      stdio: ['ignore', log, log, settings.lockFd],
    });
    // `spawn` or `error`: nothing else comes first.
    await once(child, 'spawn');
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** The last lines that a server wrote: why it would not start. */
export function lastLogLines(logFile: string, count: number): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
  return lines.slice(-count).join('\n        ');
}

/** What a server said last, when that was a warning: the reason why it ended, unless it was killed. */
export function lastWarning(logFile: string, pid: number): string | undefined {
  const lines = readFileSync(logFile, 'utf8').split('\n');
  const last = lines.findLast((line) => line.startsWith(`${pid}:`));
  const mark = last?.indexOf(' # ') ?? -1;
  return mark < 0 ? undefined : last?.slice(mark + 3);
}

function serverArguments(settings: ServerSettings): string[] {
  const values = {
    port: '0',
    unixsocket: settings.socketPath,
    unixsocketperm: '700',
    dir: settings.dataDir,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    [NONCE_SETTING]: settings.nonce,
  };
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
}

function openLog(logFile: string): number {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_SIZE_BYTES) renameSync(logFile, `${logFile}.1`);
  return openSync(
    logFile,
    constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW,
    0o600,
  );
}
