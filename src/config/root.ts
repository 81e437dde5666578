import { access, constants, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../errors.ts';

/**
 * The absolute path of an `openspec/` folder, links resolved. A folder that holds one is taken for it
 * (`--root .` in a repository).
 *
 * @throws UserError: exit 2 when there is none there, exit 3 when it cannot be read
 */
export async function resolveRoot(start: string): Promise<string> {
  const folder = resolve(start);
  await assertReadableFolder(folder);
  const real = await realpath(folder);
  if (await looksLikeRoot(real)) return real;
  const inside = join(real, 'openspec');
  if (await isFolder(inside)) return resolveRoot(inside);
  throw noRoot(folder, 'it holds neither changes/ nor specs/, and is not named openspec');
}

/** The nearest `openspec/` folder, here or in a folder above, as the OpenSpec command looks for it. */
export async function findRoot(cwd: string): Promise<string> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const candidate = join(folder, 'openspec');
    if (await isFolder(candidate)) return resolveRoot(candidate);
    if (dirname(folder) === folder)
      throw noRoot(join(resolve(cwd), 'openspec'), 'there is no such folder, nor one above');
  }
}

/** The root whose `changes/` folder a path names (OPENSPEC_WATCH_PATH, `openspec_path`); the root itself is taken too. */
export async function rootOfChanges(path: string): Promise<string> {
  const folder = resolve(path);
  return resolveRoot(basename(folder) === 'changes' ? dirname(folder) : folder);
}

/** @throws UserError (exit 3) when documents could not be written there */
export async function assertRootWritable(root: string): Promise<void> {
  await access(root, constants.W_OK | constants.X_OK).catch((cause: Error) => {
    throw new UserError('the openspec folder is read-only', {
      which: root,
      why: cause.message,
      next: 'make it writable for this user; `specloop review` needs only to read it',
      exitCode: 3,
      code: 'root-read-only',
      cause,
    });
  });
}

async function assertReadableFolder(folder: string): Promise<void> {
  try {
    if (!(await stat(folder)).isDirectory()) throw noRoot(folder, 'it is not a folder');
    await readdir(folder);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    if (/^(ENOENT|ENOTDIR|ELOOP)/.test(why)) throw noRoot(folder, 'there is no such folder', cause);
    throw new UserError('the openspec folder cannot be read', {
      which: folder,
      why,
      next: 'make it readable for this user, or name another one with --root',
      exitCode: 3,
      code: 'root-unreadable',
      cause,
    });
  }
}

async function looksLikeRoot(folder: string): Promise<boolean> {
  if (basename(folder) === 'openspec') return true;
  return (await isFolder(join(folder, 'changes'))) || (await isFolder(join(folder, 'specs')));
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function noRoot(which: string, why: string, cause?: unknown): UserError {
  return new UserError('no openspec folder', {
    which,
    why,
    next: 'make one with `npx openspec init`, or name yours with --root PATH/openspec',
    exitCode: 2,
    code: 'no-root',
    cause,
  });
}
