import { callGit, type Git } from './caller.ts';
import { nulRecords } from './records.ts';
import { filterDrivers } from './settings.ts';

/** What the attributes of a path mean for writing it into the repository. */
export interface PathAttributes {
  /** a filter with a command of the configuration: we run none, so the file cannot be committed by us */
  filter: string | undefined;
  /** whether git rewrites more than line ends on the way in (`ident`, `working-tree-encoding`) */
  rewritten: boolean;
}

const NOT_SET = ['unspecified', 'unset'];

/** Asks git for the attributes of paths, in their order. Runs nothing. */
export async function attributesOf(git: Git, paths: readonly string[]): Promise<Map<string, PathAttributes>> {
  const input = Buffer.from(paths.map((path) => `${path}\0`).join(''));
  const asked = ['filter', 'ident', 'working-tree-encoding'];
  const { stdout } = await callGit(git, ['check-attr', '-z', '--stdin', ...asked], { input });
  const fields = nulRecords(stdout).map((field) => field.toString('utf8'));
  const drivers = filterDrivers(git.config);
  const found = new Map<string, PathAttributes>();
  for (let i = 0; i + 2 < fields.length; i += 3) {
    const [path = '', name = '', value = ''] = fields.slice(i, i + 3);
    const known = found.get(path) ?? { filter: undefined, rewritten: false };
    if (name === 'filter') found.set(path, { ...known, filter: drivers.has(value) ? value : undefined });
    else found.set(path, { ...known, rewritten: known.rewritten || !NOT_SET.includes(value) });
  }
  return found;
}
