import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** A copy of a project's OpenSpec folder in a git repository of its own, for whatever writes to it. */
export function temporaryProject(project) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'specloop-bench-')));
  const copy = join(folder, basename(project));
  cpSync(join(project, 'openspec'), join(copy, 'openspec'), { recursive: true });
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
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
