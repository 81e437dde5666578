import { assertRootWritable } from '../../config/index.ts';
import { openRepository } from '../../git/index.ts';
import { listChangeIds, validatorVersion } from '../../openspec/index.ts';
import type { DoctorCheck } from './check.ts';

export async function checkRoot(root: string): Promise<DoctorCheck> {
  await assertRootWritable(root);
  const changes = await listChangeIds(root);
  return { name: 'root', ok: true, found: `${root}, ${changes.length} active changes` };
}

/** Without git everything works but the commits. */
export async function checkGit(root: string): Promise<DoctorCheck> {
  const repository = await openRepository(root);
  if (repository.kind === 'repository') return { name: 'git', ok: true, found: repository.topLevel };
  return {
    ...{ name: 'git', ok: false, advice: true, found: repository.why },
    ...{
      needed: 'a git repository, for updates to be committed',
      remedy: 'git init, or go on without commits',
    },
  };
}

export async function checkOpenSpec(root: string): Promise<DoctorCheck> {
  const version = await validatorVersion(root);
  return { name: 'openspec', ok: true, found: describeValidator(version) };
}

function describeValidator(version: Awaited<ReturnType<typeof validatorVersion>>): string {
  return Object.values(version).map(String).join(' ');
}
