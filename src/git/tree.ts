import type { Git } from './caller.ts';
import type { ObjectReader } from './objects.ts';
import { GitFailure } from './run.ts';
import { GitSession } from './session.ts';

/** A row of a tree. Names are bytes. */
export interface TreeRow {
  mode: string;
  oid: string;
  name: Buffer;
}

/** The folders from the root of a commit down to a path, each with its rows, and the row of the path itself. */
export interface TreePath {
  names: readonly Buffer[];
  /** one a folder; fewer than the path has where its folders are new */
  levels: readonly (readonly TreeRow[])[];
  entry: TreeRow | undefined;
  /** what stands above the path instead of a folder */
  blockedBy: string | undefined;
}

const FOLDER_MODE = '40000';

/** Walks down a commit's tree to a path. */
export async function readTreePath(
  reader: ObjectReader,
  place: { tree: string; path: string; oidBytes: number },
): Promise<TreePath> {
  const names = place.path.split('/').map((name) => Buffer.from(name));
  const levels: TreeRow[][] = [];
  let oid: string | undefined = place.tree;
  for (const [depth, name] of names.entries()) {
    if (oid === undefined) break;
    const rows = parseTree((await reader.need(oid, 'tree')).content, place.oidBytes);
    levels.push(rows);
    const row = rows.find((candidate) => candidate.name.equals(name));
    if (depth === names.length - 1) return { names, levels, entry: row, blockedBy: undefined };
    if (row !== undefined && row.mode !== FOLDER_MODE) {
      return { names, levels, entry: undefined, blockedBy: kindOf(row.mode) };
    }
    oid = row?.oid;
  }
  return { names, levels, entry: undefined, blockedBy: undefined };
}

/**
 * Writes the trees that differ from the commit's in one path only, and answers the id of the root. Rows of other files
 * are handed on as bytes and need not be present as objects (partial clones), so nothing else can change.
 */
export async function writeTreeWith(
  git: Git,
  at: TreePath,
  entry: { mode: string; oid: string } | undefined,
): Promise<string> {
  const session = new GitSession(git, ['mktree', '-z', '--missing', '--batch']);
  try {
    let below: { mode: string; oid: string } | undefined = entry;
    for (let depth = at.names.length - 1; depth >= 0; depth -= 1) {
      const name = at.names[depth] ?? Buffer.alloc(0);
      const others = (at.levels[depth] ?? []).filter((row) => !row.name.equals(name));
      const rows = below === undefined ? others : [...others, { ...below, name }];
      // git keeps no empty folder; only the root may be empty
      if (rows.length === 0 && depth > 0) {
        below = undefined;
        continue;
      }
      below = { mode: FOLDER_MODE, oid: await writeTree(session, rows) };
    }
    if (below === undefined) throw new GitFailure('no tree was written');
    return below.oid;
  } finally {
    await session.close();
  }
}

async function writeTree(session: GitSession, rows: readonly TreeRow[]): Promise<string> {
  const records = rows.flatMap((row) => [
    Buffer.from(`${row.mode} ${kindOf(row.mode)} ${row.oid}\t`),
    row.name,
    Buffer.of(0),
  ]);
  session.write(Buffer.concat([...records, Buffer.of(0)]));
  return session.readLine();
}

/** Reads a tree object: `<mode> <name>\0<id>` again and again. */
export function parseTree(content: Buffer, oidBytes: number): TreeRow[] {
  const rows: TreeRow[] = [];
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    if (space < 0 || end < 0) throw new GitFailure('a tree of the repository is damaged');
    const next = end + 1 + oidBytes;
    rows.push({
      mode: content.subarray(at, space).toString('latin1'),
      name: content.subarray(space + 1, end),
      oid: content.subarray(end + 1, next).toString('hex'),
    });
    at = next;
  }
  return rows;
}

function kindOf(mode: string): 'tree' | 'commit' | 'blob' {
  if (mode === FOLDER_MODE) return 'tree';
  return mode === '160000' ? 'commit' : 'blob';
}
