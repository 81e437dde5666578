import { readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { Redis } from 'ioredis';
import { toError } from '../errors.ts';
import { readFacts, readSetting } from './facts.ts';
import { NONCE_SETTING } from './server.ts';
import type { ServerRecord } from './server-record.ts';

/** What answers behind the socket of a record. */
export type Identity =
  | { kind: 'ours'; pid: number }
  /** nothing listens: it is starting, ending, or its socket was removed */
  | { kind: 'silent' }
  /** it accepts and says nothing: stopped, or stuck */
  | { kind: 'hung' }
  | { kind: 'foreign' };

const ANSWER_TIMEOUT_MS = 5_000;

/** Asks the server behind a record's socket for its nonce, data folder and pid; it may still be loading its data. */
export async function identify(record: ServerRecord): Promise<Identity> {
  const client = new Redis({
    path: record.socketPath,
    lazyConnect: true,
    retryStrategy: null,
    enableReadyCheck: false,
    connectTimeout: ANSWER_TIMEOUT_MS,
    commandTimeout: ANSWER_TIMEOUT_MS,
    disconnectTimeout: 100,
  });
  // The greeting is a command too: when nobody answers it, this event tells, and `connect` only says "closed".
  let hung = false;
  const notice = (error: Error) => {
    hung ||= /timed out/i.test(error.message);
  };
  client.on('error', notice);
  try {
    await client.connect();
    const nonce = await readSetting(client, NONCE_SETTING);
    const dataDir = await readSetting(client, 'dir');
    const { pid } = await readFacts(client);
    if (nonce !== record.nonce || dataDir !== record.dataDir || pid === undefined) return { kind: 'foreign' };
    return { kind: 'ours', pid };
  } catch (error) {
    notice(toError(error));
    return { kind: hung ? 'hung' : 'silent' };
  } finally {
    client.disconnect();
  }
}

/**
 * True when a pid is certainly the server of this data folder, without asking its socket. Only Linux can tell;
 * elsewhere the answer is no, and a person is asked to end it.
 */
export async function isServerOf(pid: number, dataDir: string): Promise<boolean> {
  const [cwd, exe] = await Promise.all(
    ['cwd', 'exe'].map((name) => readlink(`/proc/${pid}/${name}`).catch(() => '')),
  );
  return cwd === dataDir && /^(redis|valkey)-/.test(basename(exe ?? ''));
}
