import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** A copy of a project's OpenSpec folder in a git repository of its own, for whatever writes to it. */
export function temporaryProject(project) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'specloop-bench-')));
  const copy = join(folder, basename(project));
  cpSync(join(project, 'openspec'), join(copy, 'openspec'), { recursive: true });
  // An inherited GIT_DIR would make somebody's own repository the one that is written to.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  const env = {
    ...Object.fromEntries(inherited),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
  };
  const git = (...args) => execFileSync('git', args, { cwd: copy, env, stdio: 'ignore' });
  git('init', '--quiet', '--template=');
  git('config', 'user.name', 'bench');
  git('config', 'user.email', 'bench@example.org');
  git('add', '--all');
  git('commit', '--quiet', '--message=As it was');
  return {
    folder,
    project: copy,
    root: join(copy, 'openspec'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
