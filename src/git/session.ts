import { type CallOptions, type Git, placeOfCall } from './caller.ts';
import { type GitChild, GitFailure, gitSentence, killGit, spawnFailure, spawnGit } from './run.ts';

const TIME_LIMIT_MS = 20_000;

/** A git command that is talked with: `cat-file --batch`, `mktree --batch`, `update-ref --stdin`. One question at a time. */
export class GitSession {
  readonly #child: GitChild;
  readonly #timer: NodeJS.Timeout;
  readonly #closed: Promise<void>;
  readonly #git: Git;
  #said: Buffer = Buffer.alloc(0);
  #stderr = '';
  #end: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(git: Git, args: readonly string[], options: CallOptions = {}) {
    git.signal?.throwIfAborted();
    const place = placeOfCall(git, options);
    const child = spawnGit(args, { ...place, lockFd: git.lockFd });
    this.#git = git;
    this.#child = child;
    this.#timer = setTimeout(() => {
      this.#stop(new GitFailure(`git ${args[0]} did not end within ${TIME_LIMIT_MS / 1000} s`));
    }, TIME_LIMIT_MS);
    git.signal?.addEventListener('abort', this.#onAbort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      this.#said = this.#said.length === 0 ? chunk : Buffer.concat([this.#said, chunk]);
      this.#wake();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString('utf8');
    });
    child.process.on('error', (error) => this.#stop(spawnFailure(error, place.cwd)));
    this.#closed = new Promise((resolve) => {
      child.process.on('close', () => {
        const sentence = gitSentence(this.#stderr);
        this.#end ??= new GitFailure(sentence === '' ? `git ${args[0]} ended early` : sentence);
        this.#wake();
        resolve();
      });
    });
  }

  write(bytes: Buffer | string): void {
    this.#child.stdin.write(bytes);
  }

  /** The next line, without its end. @throws GitFailure when git ends before it */
  async readLine(): Promise<string> {
    await this.#until(() => this.#said.includes(0x0a));
    const end = this.#said.indexOf(0x0a);
    return this.#take(end + 1)
      .subarray(0, end)
      .toString('utf8');
  }

  /** The next bytes, exactly so many. */
  async readBytes(sizeBytes: number): Promise<Buffer> {
    await this.#until(() => this.#said.length >= sizeBytes);
    return this.#take(sizeBytes);
  }

  /** Ends the input and waits for the end of the process. What was not finished by a command of ours is dropped by git. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    await this.#closed;
    clearTimeout(this.#timer);
    this.#git.signal?.removeEventListener('abort', this.#onAbort);
  }

  #take(sizeBytes: number): Buffer {
    const taken = this.#said.subarray(0, sizeBytes);
    this.#said = this.#said.subarray(sizeBytes);
    return taken;
  }

  async #until(enough: () => boolean): Promise<void> {
    while (!enough()) {
      if (this.#end !== undefined) throw this.#end;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #stop(why: Error): void {
    this.#end ??= why;
    killGit(this.#child.process.pid);
    this.#wake();
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#git.signal?.reason;
    this.#stop(reason instanceof Error ? reason : new Error('aborted'));
  };
}
