import { access, constants, lstat, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import type { DoctorCheck } from './check.ts';
import type { RunningWorker } from './worker.ts';

const OLDEST_NODE = [20, 19] as const;
const MOST_SOCKET_BYTES = process.platform === 'darwin' ? 103 : 107;

export function checkNode(version: string): DoctorCheck {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  const ok = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  return {
    ...{ name: 'node', ok, found: version },
    ...(ok
      ? {}
      : { needed: `${OLDEST_NODE.join('.')} or newer`, remedy: 'install Node 24 from https://nodejs.org' }),
  };
}

/** The folder, or where it is not there yet the nearest one above it, in which it would be made. */
export async function checkStateDir(folder: string): Promise<DoctorCheck> {
  const existing = await nearestExisting(folder);
  await access(existing, constants.R_OK | constants.W_OK | constants.X_OK);
  const mode = (await stat(existing)).mode & 0o077;
  if (existing === folder && mode !== 0) {
    return {
      ...{ name: 'state-dir', ok: false, advice: true, found: `${folder} is open to other users` },
      ...{ needed: 'mode 0700', remedy: `chmod 700 ${folder}` },
    };
  }
  return {
    name: 'state-dir',
    ok: true,
    found: existing === folder ? folder : `${folder} (made at the first start)`,
  };
}

export async function checkSocket(path: string, worker: RunningWorker | undefined): Promise<DoctorCheck> {
  const name = 'socket';
  const remedy = 'set WORKFLOW_ORCHESTRATOR_SOCKET to another path';
  if (worker?.isOurs === true) return { name, ok: true, found: `${path} (the worker answers)` };
  if (worker !== undefined)
    return { name, ok: false, found: `${path} is that of ${worker.health.root}`, remedy };
  if (Buffer.byteLength(path) > MOST_SOCKET_BYTES) {
    return {
      ...{ name, ok: false, found: `${path} has ${Buffer.byteLength(path)} bytes` },
      ...{
        needed: `${MOST_SOCKET_BYTES} at most`,
        remedy: 'set WORKFLOW_ORCHESTRATOR_SOCKET to a shorter path',
      },
    };
  }
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) {
    await access(await nearestExisting(dirname(path)), constants.W_OK | constants.X_OK);
    return { name, ok: true, found: `${path} (free)` };
  }
  if (!found.isSocket()) return { name, ok: false, found: `${path} is no socket`, remedy };
  if (found.uid !== process.getuid?.())
    return { name, ok: false, found: `${path} belongs to user ${found.uid}`, remedy };
  return { name, ok: true, found: `${path} (left by a worker that ended; it is replaced)` };
}

export async function checkHttpPort(
  http: { host: string; port: number },
  worker: RunningWorker | undefined,
): Promise<DoctorCheck> {
  const name = 'http-port';
  const address = `${http.host}:${http.port}`;
  const error = await tryPort(http);
  if (error === undefined) return { name, ok: true, found: `${address} is free` };
  if (error !== 'EADDRINUSE') {
    return {
      name,
      ok: false,
      found: `${address}: ${error}`,
      remedy: 'set SPECLOOP_HTTP_HOST to an address of this machine',
    };
  }
  if (worker?.isOurs === true) return { name, ok: true, found: `${address} is in use, and the worker runs` };
  return {
    ...{ name, ok: false, advice: true, found: `${address} is taken: the next free port will be used` },
    ...{ remedy: 'set SPECLOOP_HTTP_PORT to a free one to have a fixed address' },
  };
}

function tryPort(address: { host: string; port: number }): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    server.listen(address, () => server.close(() => resolve(undefined)));
  });
}

async function nearestExisting(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await stat(at).catch(() => undefined);
    if (found !== undefined || dirname(at) === at) return at;
  }
}
