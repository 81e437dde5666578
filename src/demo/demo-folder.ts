import { cp, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Git } from './git.ts';

/** A throw-away place for one demo: a repository with a copy of an example, and the state of its own worker. */
export interface DemoFolder {
  path: string;
  /** the OpenSpec folder in the repository */
  root: string;
  repository: Git;
  stateDir: string;
  socketPath: string;
  remove(): Promise<void>;
}

/** Copies an example into a new git repository with one commit, somewhere in the system's temporary folder. */
export async function makeDemoFolder(example: string): Promise<DemoFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'specloop-demo-')));
  const copy = join(path, basename(example));
  await cp(example, copy, { recursive: true });
  const repository = new Git(copy);
  await repository.begin(`Begin with the example ${basename(example)}`);
  return {
    path,
    root: join(copy, 'openspec'),
    repository,
    stateDir: join(path, 'state'),
    socketPath: join(path, 'worker.sock'),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
