import type { Setting } from './settings.ts';

/** Where a git call acts. Both are set only after the repository was discovered: setting them skips the ownership check. */
export interface GitPlace {
  gitDir?: string | undefined;
  workTree?: string | undefined;
  indexFile?: string | undefined;
  /** false only for `check-ignore`, which dies of literal pathspecs */
  literalPathspecs?: boolean | undefined;
  /** git looks for no repository in these folders or above */
  ceiling?: string | undefined;
}

const FIXED = {
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: '',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_ASKPASS: 'false',
  GIT_EDITOR: 'false',
  SSH_ASKPASS_REQUIRE: 'never',
  LC_ALL: 'C',
} as const;

/**
 * The environment of every git call: nothing inherited that git would obey, nothing it could ask or run.
 * Settings go by GIT_CONFIG_COUNT, because `-c` splits at the first `=` and a driver named `p=q` would escape it.
 */
export function gitEnvironment(place: GitPlace, settings: readonly Setting[]): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!name.startsWith('GIT_') && name !== 'SSH_ASKPASS' && name !== 'GPG_TTY') env[name] = value;
  }
  Object.assign(env, FIXED);
  env.GIT_LITERAL_PATHSPECS = place.literalPathspecs === false ? '0' : '1';
  if (place.gitDir !== undefined) env.GIT_DIR = place.gitDir;
  if (place.workTree !== undefined) env.GIT_WORK_TREE = place.workTree;
  if (place.indexFile !== undefined) env.GIT_INDEX_FILE = place.indexFile;
  if (place.ceiling !== undefined) env.GIT_CEILING_DIRECTORIES = place.ceiling;
  env.GIT_CONFIG_COUNT = String(settings.length);
  for (const [n, setting] of settings.entries()) {
    env[`GIT_CONFIG_KEY_${n}`] = setting.key;
    env[`GIT_CONFIG_VALUE_${n}`] = setting.value;
  }
  return env;
}
