import { createHash } from 'node:crypto';
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { findCommonDir } from './git-common-dir.ts';

/**
 * The state folder of a root, created with mode 0700: `SPECLOOP_STATE_DIR`, else one a repository under the user's
 * state directory, so that linked worktrees and branches share what was asked and answered.
 *
 * @throws UserError (exit 3) when it cannot be made or written
 */
export async function resolveStateDir(options: { env: NodeJS.ProcessEnv; root: string }): Promise<string> {
  const folder = await stateDirOf(options);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const owner = (await stat(folder)).uid;
    if (process.getuid !== undefined && owner !== process.getuid())
      throw new Error(`it belongs to user ${owner}`);
    return folder;
  } catch (cause) {
    throw new UserError('the state folder cannot be used', {
      which: folder,
      why: cause instanceof Error ? cause.message : String(cause),
      next: 'set SPECLOOP_STATE_DIR to a folder that this user may write',
      exitCode: 3,
      code: 'state-dir-unusable',
      cause,
    });
  }
}

/** Where the state folder is, without making it. */
export async function stateDirOf(options: { env: NodeJS.ProcessEnv; root: string }): Promise<string> {
  const own = options.env.SPECLOOP_STATE_DIR;
  if (own !== undefined && own !== '') return resolve(own);
  const { identity, name } = await repositoryOf(options.root);
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 10);
  return join(stateHome(options.env), 'specloop', `${name}-${hash}`);
}

function stateHome(env: NodeJS.ProcessEnv): string {
  const xdg = env.XDG_STATE_HOME;
  // The XDG specification: a relative path is to be ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return xdg;
  return join(env.HOME === undefined || env.HOME === '' ? homedir() : env.HOME, '.local', 'state');
}

/** What stands for the repository: git's common folder, else the folder that holds the root. */
async function repositoryOf(root: string): Promise<{ identity: string; name: string }> {
  const common = await findCommonDir(root);
  if (common === undefined) return { identity: dirname(root), name: tidy(basename(dirname(root))) };
  const folder = basename(common) === '.git' ? dirname(common) : common;
  return { identity: common, name: tidy(basename(folder).replace(/\.git$/, '')) };
}

/** A name that is safe in any shell and path. */
function tidy(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 40);
  return safe === '' || safe.startsWith('.') ? `repository${safe}` : safe;
}
