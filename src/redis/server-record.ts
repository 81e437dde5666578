import { type LockHolder, readHolder } from './lock.ts';

/** What the lock file of an embedded server says about the server that holds it. */
export interface ServerRecord {
  /** planted in the server's settings: what proves that it is the one of this record */
  nonce: string;
  socketPath: string;
  dataDir: string;
  /** absent in the moment between the lock and the start */
  pid?: number;
}

/** The record as the lock file keeps it. */
export function toHolder(record: ServerRecord): LockHolder {
  const { pid, ...rest } = record;
  return { ...rest, ...(pid === undefined ? {} : { pid: String(pid) }) };
}

/** Reads the record of a lock file; undefined when it holds none. */
export async function readRecord(lockFile: string): Promise<ServerRecord | undefined> {
  const { nonce, socketPath, dataDir, pid } = await readHolder(lockFile);
  if (nonce === undefined || socketPath === undefined || dataDir === undefined) return undefined;
  return { nonce, socketPath, dataDir, ...(pid === undefined ? {} : { pid: Number(pid) }) };
}
