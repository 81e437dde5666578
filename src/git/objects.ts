import type { Git } from './caller.ts';
import { GitFailure } from './run.ts';
import { GitSession } from './session.ts';

export interface GitObject {
  oid: string;
  type: string;
  content: Buffer;
}

/** Reads objects of the repository through one `cat-file --batch`. Close it, or the process stays. */
export class ObjectReader {
  readonly #session: GitSession;

  constructor(git: Git) {
    this.#session = new GitSession(git, ['cat-file', '--batch']);
  }

  /** An object by its id or by a full ref name; undefined where there is none. */
  async read(name: string): Promise<GitObject | undefined> {
    if (name.includes('\n')) return undefined;
    this.#session.write(`${name}\n`);
    const header = await this.#session.readLine();
    const [oid, type, size] = header.split(' ');
    if (oid === undefined || type === undefined || size === undefined || !/^\d+$/.test(size))
      return undefined;
    const content = await this.#session.readBytes(Number(size));
    await this.#session.readBytes(1);
    return { oid, type, content: Buffer.from(content) };
  }

  /** An object that must be there, and be of this type. */
  async need(name: string, type: string): Promise<GitObject> {
    const object = await this.read(name);
    if (object?.type !== type) throw new GitFailure(`the repository has no ${type} ${name}`);
    return object;
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

/** The tree that a commit names in its first line. */
export function treeOf(commit: GitObject): string {
  const line = commit.content.subarray(0, commit.content.indexOf(0x0a)).toString('latin1');
  if (!line.startsWith('tree ')) throw new GitFailure(`commit ${commit.oid} names no tree`);
  return line.slice('tree '.length);
}
