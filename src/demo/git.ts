import { execFile } from 'node:child_process';
import { relative, sep } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The git that a person types, in a repository that belongs to nobody. */
export class Git {
  readonly folder: string;
  readonly #call: { cwd: string; env: NodeJS.ProcessEnv };

  constructor(folder: string) {
    this.folder = folder;
    this.#call = { cwd: folder, env: gitEnvironment() };
  }

  /** Makes the repository, with an identity of its own, and commits what stands in the folder. */
  async begin(subject: string): Promise<void> {
    await this.#git('init', '--quiet', '--template=', '--initial-branch=main');
    const settings = { 'user.name': 'Ada', 'user.email': 'ada@example.org', 'commit.gpgsign': 'false' };
    for (const [name, value] of Object.entries(settings)) await this.#git('config', name, value);
    await this.commitAll(subject);
  }

  async commitAll(subject: string): Promise<void> {
    await this.#git('add', '--all');
    await this.#git('commit', '--quiet', `--message=${subject}`);
  }

  /** The last commit as `git log` shows it, with the files that it touched. */
  lastCommit(): Promise<string> {
    return this.#git('log', '-1', '--stat=72', '--format=medium');
  }

  /** A file as it was in a commit. */
  async bytesAt(commit: string, file: string): Promise<Buffer> {
    const path = relative(this.folder, file).split(sep).join('/');
    const { stdout } = await run('git', ['show', `${commit}:${path}`], { ...this.#call, encoding: 'buffer' });
    return stdout;
  }

  /** One line for each commit, newest first. */
  async commits(): Promise<string[]> {
    return (await this.#git('log', '--format=%h %s')).split('\n');
  }

  /** What differs from the last commit; empty when nothing does. */
  status(): Promise<string> {
    return this.#git('status', '--porcelain');
  }

  async #git(...args: string[]): Promise<string> {
    const { stdout } = await run('git', args, this.#call);
    return stdout.trimEnd();
  }
}

/** Without the person's settings, and above all without a GIT_DIR: that would make their repository the one we write to. */
function gitEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return { ...Object.fromEntries(inherited), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
}
