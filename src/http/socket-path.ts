import { lstat, mkdir, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { UserError } from '../errors.ts';

/** sun_path of sockaddr_un holds 108 bytes on Linux and 104 on macOS, one of them for the end. */
const MOST_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;

/**
 * Makes a path ready to be bound: its folder exists (0700 where we make it), and a socket that a dead worker left is
 * removed. Whatever else stands there is refused: a living server, another user's socket, a file that is none.
 */
export async function prepareSocketPath(path: string): Promise<void> {
  const sizeBytes = Buffer.byteLength(path);
  if (sizeBytes > MOST_PATH_BYTES) {
    throw refused('the path of the Unix socket is too long', path, {
      why: `it has ${sizeBytes} bytes, and the system allows ${MOST_PATH_BYTES}`,
      next: 'set WORKFLOW_ORCHESTRATOR_SOCKET to a shorter path',
    });
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });

  const stat = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (stat === undefined) return;
  if (!stat.isSocket()) {
    throw refused('something that is no socket stands where the Unix socket goes', path, {
      next: 'move it away, or set WORKFLOW_ORCHESTRATOR_SOCKET to another path',
    });
  }
  if (stat.uid !== process.getuid?.()) {
    throw refused('the Unix socket belongs to another user', path, {
      why: `its owner is the user with the id ${stat.uid}`,
      next: 'set WORKFLOW_ORCHESTRATOR_SOCKET to a path of your own',
    });
  }
  if (await isAnswered(path)) {
    throw refused('another process listens on the Unix socket', path, {
      next: 'stop it, or set WORKFLOW_ORCHESTRATOR_SOCKET to another path',
    });
  }
  await unlink(path);
}

/** Whether a server stands behind a socket. Only a refused connection proves that none does. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}

function refused(what: string, path: string, details: { why?: string; next: string }): UserError {
  return new UserError(what, { which: path, exitCode: 3, code: 'socket', ...details });
}
