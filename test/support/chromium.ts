import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

function onPath(): string | undefined {
  const candidates = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * The browser that the pages are tested in: one of this machine, else Debian's, installed where this user may. A machine
 * without one fails the test, it does not skip it.
 */
export async function findChromium(): Promise<string> {
  const found = onPath();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0) {
    process.stderr.write('no Chromium on PATH: installing the package chromium\n');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update'], { env });
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], {
      env,
      maxBuffer: 64 * 1024 * 1024,
    });
    const installed = onPath();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'the tests of the pages need Chromium: install it (apt-get install chromium) and run them again',
  );
}
