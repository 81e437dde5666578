import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { UserError } from '../errors.ts';

/** The longest path that a Unix socket's address can hold, without the closing zero (macOS has 104 in all, Linux 108). */
export const MAX_SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;

/**
 * A short private folder for the socket of one state folder: `$XDG_RUNTIME_DIR/specloop/<hash>`, else
 * `/tmp/specloop-<uid>/<hash>`. A state folder's own path may be too long for a socket.
 *
 * @throws UserError when somebody else made the folder first, or a link stands there
 */
export async function openRuntimeFolder(
  stateDir: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const hash = createHash('sha256').update(stateDir).digest('hex').slice(0, 12);
  const base = await runtimeBase(env, join(hash, 'redis.sock').length + 1);
  const folder = join(base, hash);
  await makePrivate(base);
  await makePrivate(folder);
  return folder;
}

async function runtimeBase(env: NodeJS.ProcessEnv, restBytes: number): Promise<string> {
  const xdg = env.XDG_RUNTIME_DIR;
  if (xdg !== undefined && isAbsolute(xdg) && (await isPrivate(xdg))) {
    const base = join(xdg, 'specloop');
    if (Buffer.byteLength(base) + restBytes <= MAX_SOCKET_PATH_BYTES) return base;
  }
  return `/tmp/specloop-${process.getuid?.() ?? 'user'}`;
}

async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw unusable(folder, error.message, error);
  });
  if (await isPrivate(folder)) return;
  throw unusable(folder, 'it is not a folder that only this user may enter (mode 0700), or it is a link');
}

/** True for a real folder of ours that nobody else may enter; `lstat`, because a link could point anywhere later. */
async function isPrivate(folder: string): Promise<boolean> {
  const stat = await lstat(folder).catch(() => undefined);
  if (stat === undefined || !stat.isDirectory()) return false;
  return (process.getuid === undefined || stat.uid === process.getuid()) && (stat.mode & 0o077) === 0;
}

function unusable(folder: string, why: string, cause?: unknown): UserError {
  return new UserError('the folder for the Redis socket is not safe to use', {
    which: folder,
    why,
    next: `remove it (rm -r ${folder}), or set XDG_RUNTIME_DIR to a private folder`,
    exitCode: 3,
    code: 'runtime-folder-unsafe',
    cause,
  });
}
