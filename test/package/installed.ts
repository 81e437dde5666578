import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const checkout = fileURLToPath(new URL('../../', import.meta.url));
/** not what git ignores: it would not be there in a clone either */
const cloned = /^(?!node_modules$|dist$|coverage$|\.git$).*(?<!\.tgz)$/;

/** The package as `npm pack` makes it, installed in a folder where nothing else is. */
export interface Installed {
  folder: string;
  /** what the tarball holds, relative to the package */
  files: string[];
  /** runs an ES module that is written into the folder; answers what it printed */
  script(name: string, source: string, ...args: string[]): Promise<string>;
  remove(): Promise<void>;
}

/** Packs a copy of the checkout, so that no build of ours gets in the way of anyone else's. */
export async function packAndInstall(): Promise<Installed> {
  const temporary = await mkdtemp(join(tmpdir(), 'sl-package-'));
  const [copy, packed, folder] = ['copy', 'packed', 'empty'].map((name) => join(temporary, name));
  if (copy === undefined || packed === undefined || folder === undefined) throw new Error('three folders');
  for (const path of [copy, packed, folder]) await mkdir(path);
  for (const name of await readdir(checkout)) {
    if (cloned.test(name)) await cp(join(checkout, name), join(copy, name), { recursive: true });
  }
  await symlink(join(checkout, 'node_modules'), join(copy, 'node_modules'));
  await run('npm', ['pack', '--silent', '--pack-destination', packed], { cwd: copy });
  const [name = 'no tarball'] = await readdir(packed);
  const tarball = join(packed, name);
  const { stdout } = await run('tar', ['-tzf', tarball]);
  await writeFile(join(folder, 'package.json'), '{"private":true}\n');
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], { cwd: folder });
  return {
    folder,
    files: stdout
      .trim()
      .split('\n')
      .map((path) => path.replace(/^package\//, '')),
    async script(name, source, ...args) {
      await writeFile(join(folder, name), source);
      const { stdout } = await run(process.execPath, [name, ...args], { cwd: folder });
      return stdout;
    },
    remove: () => rm(temporary, { recursive: true, force: true }),
  };
}
