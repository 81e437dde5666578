import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PathAttributes } from './attributes.ts';
import { askGit, type Git } from './caller.ts';
import { cleanForm } from './clean-form.ts';
import { mergeThreeWay } from './merge.ts';
import type { ObjectReader } from './objects.ts';
import type { TreeRow } from './tree.ts';

export interface EditedFile {
  path: string;
  before: Buffer | undefined;
  after: Buffer | undefined;
}

/** What the commit shall hold at the path. `othersHunks` says that the person has unstaged changes beside our edit. */
export type BlobAnswer =
  | { kind: 'blob'; oid: string | undefined; othersHunks: boolean }
  | { kind: 'unchanged' }
  | { kind: 'overlap' };

export interface BlobQuestion {
  file: EditedFile;
  head: TreeRow | undefined;
  attributes: PathAttributes;
  /** a folder of our own for git's work */
  folder: string;
}

/**
 * Our edit on top of HEAD's blob. Where the file was as HEAD has it, that is the file; where the person had unstaged
 * lines in it, it is HEAD's blob with our edit merged in, so that their lines stay theirs.
 */
export async function blobToCommit(
  git: Git,
  reader: ObjectReader,
  question: BlobQuestion,
): Promise<BlobAnswer> {
  const { file, head } = question;
  if (file.before === undefined && file.after === undefined) return { kind: 'unchanged' };
  const clean = await cleanPair(git, question);
  if (clean.before === head?.oid) {
    if (clean.after === head?.oid) return { kind: 'unchanged' };
    return { kind: 'blob', oid: clean.after, othersHunks: false };
  }
  if (head === undefined || clean.before === undefined || clean.after === undefined)
    return { kind: 'overlap' };
  const [current, base, other] = [
    await reader.need(head.oid, 'blob'),
    await reader.need(clean.before, 'blob'),
    await reader.need(clean.after, 'blob'),
  ];
  const merged = await mergeThreeWay({
    current: current.content,
    base: base.content,
    other: other.content,
    folder: question.folder,
    ...(git.signal === undefined ? {} : { signal: git.signal }),
  });
  if (merged.kind !== 'clean') return { kind: 'overlap' };
  const oid = await writeBlob(git, merged.content);
  return oid === head.oid ? { kind: 'unchanged' } : { kind: 'blob', oid, othersHunks: true };
}

async function cleanPair(git: Git, question: BlobQuestion): Promise<{ before?: string; after?: string }> {
  const { file, head, attributes, folder } = question;
  const { before, after } = file;
  // Without CR and without a rewriting attribute git takes the bytes as they are, whatever it is told about line ends.
  const plain = !attributes.rewritten && after?.includes(0x0d) !== true;
  const asHead = before === undefined ? head === undefined : rawOid(git, before) === head?.oid;
  if (plain && asHead) {
    return {
      ...(head === undefined ? {} : { before: head.oid }),
      ...(after === undefined ? {} : { after: await writeBlob(git, after) }),
    };
  }
  const [oidBefore, oidAfter] = await Promise.all(
    [before, after].map(async (content, n) => {
      if (content === undefined) return undefined;
      const own = join(folder, `clean-${n}`);
      await mkdir(own);
      return cleanForm(git, { path: file.path, content, head, folder: own });
    }),
  );
  return {
    ...(oidBefore === undefined ? {} : { before: oidBefore }),
    ...(oidAfter === undefined ? {} : { after: oidAfter }),
  };
}

/** The id git gives to these bytes as a blob. */
export function rawOid(git: Git, content: Buffer): string {
  return createHash(git.repo.objectFormat).update(`blob ${content.length}\0`).update(content).digest('hex');
}

function writeBlob(git: Git, content: Buffer): Promise<string> {
  return askGit(git, ['hash-object', '-w', '--no-filters', '--stdin'], { input: content });
}
