import { type GitPlace, gitEnvironment } from './environment.ts';
import type { Repository } from './repository.ts';
import { type GitCall, type GitReply, runGit } from './run.ts';
import { BASE_SETTINGS, type ConfigEntry, disarm, parseConfigList, type Setting } from './settings.ts';

/** A repository with all that its calls need. */
export interface Git {
  repo: Repository;
  settings: readonly Setting[];
  config: readonly ConfigEntry[];
  signal?: AbortSignal | undefined;
  lockFd?: number | undefined;
}

export interface CallerOptions {
  signal?: AbortSignal | undefined;
  lockFd?: number | undefined;
}

export type CallOptions = Pick<GitCall, 'input' | 'accept' | 'timeLimitMs'> &
  Pick<GitPlace, 'indexFile' | 'workTree' | 'literalPathspecs'> & { settings?: readonly Setting[] };

/** Reads the configuration and disarms what it could run. Done again for each edit: a configuration may change at any time. */
export async function callerFor(repo: Repository, options: CallerOptions = {}): Promise<Git> {
  const bare: Git = { repo, settings: BASE_SETTINGS, config: [], ...options };
  const { stdout } = await callGit(bare, ['config', '-z', '--show-scope', '--list']);
  const config = parseConfigList(stdout);
  return { ...bare, config, settings: disarm(config) };
}

/** Runs one git command in the repository. */
export function callGit(git: Git, args: readonly string[], options: CallOptions = {}): Promise<GitReply> {
  return runGit(args, {
    ...placeOfCall(git, options),
    input: options.input,
    accept: options.accept,
    timeLimitMs: options.timeLimitMs,
    signal: git.signal,
    lockFd: git.lockFd,
  });
}

/** Folder and environment of a call. */
export function placeOfCall(git: Git, options: CallOptions = {}): Pick<GitCall, 'cwd' | 'env'> {
  const workTree = options.workTree ?? git.repo.topLevel;
  const { indexFile, literalPathspecs } = options;
  const settings = [...git.settings, ...(options.settings ?? [])];
  return {
    cwd: workTree,
    env: gitEnvironment({ gitDir: git.repo.gitDir, workTree, indexFile, literalPathspecs }, settings),
  };
}

/** The one word or line that a call answers. */
export async function askGit(git: Git, args: readonly string[], options: CallOptions = {}): Promise<string> {
  const { stdout } = await callGit(git, args, options);
  return stdout.toString('utf8').trimEnd();
}
