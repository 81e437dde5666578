import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LintContext } from '../../../src/openspec/model.ts';
import { readRoot } from '../../../src/openspec/root.ts';

const FIXTURE = fileURLToPath(new URL('../../fixtures/rules/openspec', import.meta.url));

/** The change of the fixture, which has no defect. */
export const CHANGE = 'add-idle-sign-out';

/** Files by path below the root. */
export type Files = ReadonlyMap<string, string>;

/** Reads the fixture, with these files in place of its own, from a folder that is gone afterwards. */
export async function contextWith(files: Files): Promise<LintContext> {
  const root = await mkdtemp(join(tmpdir(), 'specloop-rules-'));
  try {
    await cp(FIXTURE, root, { recursive: true });
    for (const [path, text] of files) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    return await contextOf(root, CHANGE);
  } finally {
    await rm(root, { recursive: true });
  }
}

/** What the rules see of one change of a root. */
export async function contextOf(root: string, id: string): Promise<LintContext> {
  const { changes, specs } = await readRoot(root);
  const change = changes.find((candidate) => candidate.id === id);
  if (change === undefined) throw new Error(`no change ${id} in ${root}`);
  return { change, specs, otherChanges: changes.filter((candidate) => candidate !== change) };
}

/** The files of a rule's example. */
export function exampleFiles(example: string): Files {
  const files = new Map<string, string>();
  let path = '';
  for (const line of example.trimEnd().split('\n')) {
    if (line.startsWith('=== ')) {
      const name = line.slice(4);
      path = name.startsWith('/') ? name.slice(1) : `changes/${CHANGE}/${name}`;
      files.set(path, '');
    } else {
      files.set(path, `${files.get(path) ?? ''}${line}\n`);
    }
  }
  return files;
}
