import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Config } from '../config/index.ts';
import { UserError } from '../errors.ts';
import { baseOf, changedSince, openRepository, type Repository, showFile } from '../git/index.ts';
import { readRoot } from '../openspec/root.ts';
import type { Finding } from '../types/index.ts';
import { reviewByRules } from './review-by-rules.ts';

/** What the rules found in these changes as they were where HEAD left `ref`. */
export async function findingsAt(options: {
  ref: string;
  config: Config;
  ids: readonly string[];
}): Promise<Finding[]> {
  const { ref, config, ids } = options;
  const repository = await openRepository(config.root);
  if (repository.kind === 'none') {
    throw new UserError('--since needs a git repository', {
      which: config.root,
      why: repository.why,
      exitCode: 2,
      code: 'no-repository',
    });
  }
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'specloop-since-'));
  try {
    const copy = join(folder, basename(config.root));
    await copyAsOf(repository, { ref, root: config.root, copy });
    const opened = await readRoot(copy);
    return await reviewByRules(
      opened,
      opened.changes.filter(({ id }) => ids.includes(id)),
      config,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The findings that were not there before. Lines move, so they do not count; of two alike, one may be new. */
export function notIn(before: readonly Finding[], now: readonly Finding[]): Finding[] {
  const known = new Map<string, number>();
  for (const finding of before) known.set(keyOf(finding), (known.get(keyOf(finding)) ?? 0) + 1);
  return now.filter((finding) => {
    const left = known.get(keyOf(finding)) ?? 0;
    known.set(keyOf(finding), left - 1);
    return left <= 0;
  });
}

/** `openspec`: the path from the top of the repository to the root; undefined outside a repository. */
export async function prefixInRepository(root: string): Promise<string | undefined> {
  const repository = await openRepository(root);
  return repository.kind === 'none' ? undefined : relative(repository.topLevel, root).split(sep).join('/');
}

function keyOf({ rule, file, requirement, message }: Finding): string {
  return JSON.stringify([rule, file, requirement ?? null, message]);
}

/** The folder as it is, with every file that differs put back: the few that changed are all that git has to show. */
async function copyAsOf(
  repository: Repository,
  at: { ref: string; root: string; copy: string },
): Promise<void> {
  const { root, copy } = at;
  const base = await baseOf(repository, at.ref);
  const folder = relative(repository.topLevel, root);
  const changed = await changedSince(repository, base, folder.split(sep).join('/'));
  const archive = join(root, 'changes', 'archive');
  await cp(root, copy, { recursive: true, filter: (path) => path !== archive });
  for (const path of changed) {
    const inRoot = relative(folder, path.split('/').join(sep));
    const target = join(copy, inRoot);
    const bytes = await showFile(repository, base, path);
    await rm(target, { recursive: true, force: true });
    if (bytes === undefined) continue;
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  }
}
