import { dirname, join, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import type { Environment } from './environment.ts';
import { readSettings } from './file.ts';
import { absolute } from './paths.ts';
import { findRoot, resolveRoot, rootOfChanges } from './root.ts';
import type { Settings } from './settings.ts';

/** The flags that override a setting. */
export interface ConfigFlags {
  root?: string;
  config?: string;
  /** `--lm URL` */
  lmStudioUrl?: string;
}

/** A file of settings with the folder that its relative paths start from. */
export interface Source {
  settings: Settings;
  file?: string;
  folder: string;
}

/** The root and the file depend on each other: a named root has its file beside it; a file may name the root. */
export async function locate(given: {
  flags: ConfigFlags;
  env: Environment;
  cwd: string;
}): Promise<{ root: string; source: Source }> {
  const { flags, env, cwd } = given;
  const namedFile = flags.config ?? env.SPECLOOP_CONFIG;
  const named = namedFile === undefined ? undefined : await readNamed(resolve(cwd, namedFile));
  const fromOutside = await rootFromOutside(given);
  if (fromOutside !== undefined) {
    return { root: fromOutside, source: named ?? (await readBeside(dirname(fromOutside))) };
  }
  const source = named ?? (await readBeside(cwd));
  const inFile = source.settings.workflow_orchestrator?.openspec_path;
  if (inFile !== undefined) return { root: await rootOfChanges(absolute(source.folder, inFile)), source };
  const root = await findRoot(cwd);
  const nearest = source.file === undefined ? await readBeside(dirname(root)) : source;
  return { root, source: nearest };
}

async function rootFromOutside(given: { flags: ConfigFlags; env: Environment; cwd: string }) {
  if (given.flags.root !== undefined) return resolveRoot(resolve(given.cwd, given.flags.root));
  if (given.env.OPENSPEC_WATCH_PATH !== undefined) {
    return rootOfChanges(absolute(given.cwd, given.env.OPENSPEC_WATCH_PATH));
  }
  return undefined;
}

async function readNamed(file: string): Promise<Source> {
  const settings = await readSettings(file);
  if (settings !== undefined) return { settings, file, folder: dirname(file) };
  throw new UserError('there is no such configuration file', {
    which: file,
    next: 'correct --config or SPECLOOP_CONFIG, or write one with `specloop init`',
    exitCode: 2,
    code: 'config-missing',
  });
}

async function readBeside(folder: string): Promise<Source> {
  const file = join(folder, 'specloop.yaml');
  const settings = await readSettings(file);
  return settings === undefined ? { settings: {}, folder } : { settings, file, folder };
}
