import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../', import.meta.url));

/** The sources compiled for real processes: Node 20 runs no TypeScript, and a crash needs a process of its own. */
export interface Compiled {
  /** the folder that `src/` was compiled to */
  folder: string;
  /** writes an ES module beside it, whose imports start with `./`, and gives its path */
  script(name: string, source: string): Promise<string>;
  remove(): Promise<void>;
}

/** Compiles `src/` into a folder of its own under node_modules, where its imports are found. */
export async function compileSources(): Promise<Compiled> {
  const cache = join(repository, 'node_modules', '.cache', 'specloop-test');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'src-'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}\n');
  const tsc = join(repository, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [
    tsc,
    '-p',
    join(repository, 'tsconfig.build.json'),
    '--outDir',
    folder,
    '--declaration',
    'false',
  ];
  // Types are checked by `npm run types`; here only the JavaScript counts.
  await run(process.execPath, [...args, '--noCheck', '--noEmitOnError', 'false'], { cwd: repository });
  return {
    folder,
    async script(name, source) {
      const path = join(folder, name);
      await writeFile(path, source);
      return path;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
