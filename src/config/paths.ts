import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../errors.ts';

const LONGEST_SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;

/** A path of the configuration: `~/` is the home folder, as in a shell. */
export function absolute(folder: string, path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : resolve(folder, path);
}

/** @throws UserError (exit 2): the system would cut a longer address, and bind another place */
export function asSocket(path: string): string {
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH_BYTES) return path;
  throw new UserError('the path of a Unix socket is too long', {
    which: path,
    why: `it has ${Buffer.byteLength(path)} bytes; the system takes ${LONGEST_SOCKET_PATH_BYTES}`,
    next: 'choose a shorter one, for example in /tmp or $XDG_RUNTIME_DIR',
    exitCode: 2,
    code: 'socket-path-too-long',
  });
}
