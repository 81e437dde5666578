import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const checkout = new URL('../../', import.meta.url).pathname;

/** The package as it is published, compiled into a folder of its own: what is tested is what people run. */
export interface Built {
  /** the command's file */
  main: string;
  /** an address to import a module of the package from: `built.url('http/index.js')` */
  url(module: string): string;
  remove(): Promise<void>;
}

export async function buildPackage(): Promise<Built> {
  const folder = await mkdtemp(join(tmpdir(), 'specloop-built-'));
  await mkdir(join(folder, 'dist'));
  await symlink(join(checkout, 'node_modules'), join(folder, 'node_modules'));
  await copyFile(join(checkout, 'package.json'), join(folder, 'package.json'));
  const compile = ['-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist'), '--sourceMap', 'false'];
  // Type errors are the business of the type check; the compiler writes the files all the same.
  await promisify(execFile)(join(checkout, 'node_modules/.bin/tsc'), compile, { cwd: checkout }).catch(
    () => {},
  );
  return {
    main: join(folder, 'dist/main.js'),
    url: (module) => `file://${join(folder, 'dist', module)}`,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
