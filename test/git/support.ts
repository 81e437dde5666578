import { spawn } from 'node:child_process';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type CommitOptions,
  type CommitResult,
  commitEdit,
  lookAt,
  openRepository,
  type Repository,
} from '../../src/git/index.ts';

/** A person's machine: a home with an identity, a folder for repositories, and a file that planted commands touch. */
export class Desk {
  readonly folder: string;
  readonly home: string;
  readonly journalDir: string;
  readonly marker: string;

  constructor(folder: string) {
    this.folder = folder;
    this.home = join(folder, 'home');
    this.journalDir = join(folder, 'journal');
    this.marker = join(folder, 'planted-command-ran');
  }

  static async make(): Promise<Desk> {
    const desk = new Desk(await realpath(await mkdtemp(join(tmpdir(), 'specloop-git-'))));
    await mkdir(desk.home);
    await writeFile(
      join(desk.home, '.gitconfig'),
      '[user]\n\tname = Ada Example\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n[protocol "file"]\n\tallow = always\n',
    );
    process.env.HOME = desk.home;
    process.env.XDG_CONFIG_HOME = join(desk.home, '.config');
    return desk;
  }

  /** A repository with one commit: a document of twenty lines and two other files. */
  async repository(name = 'repo', initArgs: string[] = []): Promise<string> {
    const top = join(this.folder, name);
    await mkdir(top);
    await this.git(top, 'init', '-q', ...initArgs);
    await put(top, DOC, lines());
    await put(top, 'other.txt', 'one\ntwo\nthree\n');
    await put(top, 'more.txt', 'alpha\nbeta\n');
    await this.git(top, 'add', '.');
    await this.git(top, 'commit', '-q', '-m', 'Start');
    return top;
  }

  /** Git as the person runs it. */
  async git(cwd: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tryGit(cwd, ...args);
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  async tryGit(
    cwd: string,
    ...args: string[]
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const env: NodeJS.ProcessEnv = {
      PATH: process.env.PATH,
      HOME: this.home,
      GIT_EDITOR: 'true',
      LC_ALL: 'C',
    };
    return run('git', args, { cwd, env });
  }

  /** A shell script that says that it ran, and hands on what goes through it. */
  async plant(name = 'planted.sh'): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, `#!/bin/sh\necho "$0 $*" >> '${this.marker}'\nexec cat\n`);
    await chmod(path, 0o755);
    return path;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

export const DOC = 'openspec/changes/add-login/design.md';

/** Twenty lines, each of its own. */
export function lines(change: Record<number, string> = {}): string {
  return `${Array.from({ length: 20 }, (_, n) => change[n + 1] ?? `line ${n + 1}`).join('\n')}\n`;
}

export async function put(top: string, path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(top, path)), { recursive: true });
  await writeFile(join(top, path), content);
}

export async function open(folder: string): Promise<Repository> {
  const repo = await openRepository(folder);
  if (repo.kind === 'none') throw new Error(repo.why);
  return repo;
}

export interface Wanted {
  path?: string;
  after: Buffer | string | undefined;
  options?: Partial<CommitOptions>;
}

let effects = 0;

export function editOptions(desk: Desk, before: Buffer | undefined, wanted: Wanted): CommitOptions {
  effects += 1;
  return {
    path: wanted.path ?? DOC,
    before,
    after: typeof wanted.after === 'string' ? Buffer.from(wanted.after) : wanted.after,
    message: 'Answer an open question',
    trailers: { 'Specloop-Update': `u-${effects}`, 'Specloop-Change': 'add-login' },
    journalDir: desk.journalDir,
    effectId: `effect-${effects}`,
    ...wanted.options,
  };
}

/** What the document writer does: look, write unless it has to wait, commit. */
export async function edit(desk: Desk, top: string, wanted: Wanted): Promise<CommitResult> {
  const repo = await open(top);
  const path = wanted.path ?? DOC;
  const state = await lookAt(repo, [path]);
  if (!state.ready && state.waiting) return { kind: 'waiting', why: state.why };
  const file = join(top, path);
  const before = await bytesOf(file);
  const options = editOptions(desk, before, wanted);
  if (options.after === undefined) await rm(file);
  else await put(top, path, options.after);
  return commitEdit(repo, options);
}

export async function bytesOf(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch(() => undefined);
}

export async function stands(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** All that a person could notice of a repository. */
export async function snapshot(desk: Desk, top: string) {
  const git = async (...args: string[]) => (await desk.tryGit(top, '--no-optional-locks', ...args)).stdout;
  const gitDir = (await git('rev-parse', '--absolute-git-dir')).trim();
  const index = await bytesOf(join(gitDir, 'index'));
  return {
    index,
    head: await git('rev-parse', '-q', '--verify', 'HEAD'),
    branch: await git('symbolic-ref', '-q', 'HEAD'),
    refs: await git('for-each-ref'),
    entries: await git('ls-files', '-s', '-v', '-z'),
    staged: await git('diff', '--cached', '--no-ext-diff', '--no-textconv', '--binary'),
    unstaged: await git('diff', '--no-ext-diff', '--no-textconv', '--binary'),
    status: await git('status', '--porcelain=v2', '-z'),
    lock: await stands(join(gitDir, 'index.lock')),
    spares: (await readdir(gitDir)).filter((name) => name.includes('specloop')),
  };
}

export function run(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv; input?: string },
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { cwd: options.cwd, env: options.env, stdio: 'pipe' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}
