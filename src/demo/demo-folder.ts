import { access, cp, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { UserError } from '../errors.ts';
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

/**
 * Copies an example into a new git repository with one commit, somewhere in the system's temporary folder.
 *
 * @throws UserError (exit 2) when the example holds no `openspec/`
 */
export async function makeDemoFolder(example: string): Promise<DemoFolder> {
  await access(join(example, 'openspec')).catch(() => {
    const next = 'name a folder that holds an openspec/ with --example';
    throw new UserError('there is no such example', {
      which: example,
      next,
      exitCode: 2,
      code: 'demo-example',
    });
  });
  const path = await realpath(await mkdtemp(join(tmpdir(), 'specloop-demo-')));
  const remove = () => rm(path, { recursive: true, force: true });
  try {
    const copy = join(path, basename(example));
    await cp(example, copy, { recursive: true });
    const repository = new Git(copy);
    await repository.begin(`Begin with the example ${basename(example)}`);
    const [stateDir, socketPath] = [join(path, 'state'), join(path, 'worker.sock')];
    return { path, root: join(copy, 'openspec'), repository, stateDir, socketPath, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
