import { mergeThreeWay } from '../git/index.ts';
import { applyHunks, hunksBetween } from './diff/hunks.ts';
import { absent, contentHash } from './store/blob-store.ts';
import type { DocumentStore } from './store/document-store.ts';
import type { UpdateRecord } from './store/update-record.ts';

export type TakenBack =
  | { kind: 'applied'; bytes: Buffer | undefined }
  | { kind: 'refused'; why: string }
  | { kind: 'conflict'; why: string };

/**
 * What a file becomes when an update is taken back: the exact bytes from before it where nobody touched the file since,
 * else a three-way merge that gives up rather than lose a word.
 *
 * @param hunks those to take back, by index; null means all
 */
export async function takeBack(
  store: DocumentStore,
  update: UpdateRecord,
  { current, hunks }: { current: Buffer | undefined; hunks: readonly number[] | null },
): Promise<TakenBack> {
  const { before = absent, after = absent } = update;
  const target = await targetOf(store, update, hunks);
  if (target.kind !== 'applied') return target;
  const found = contentHash(current);
  if (found === after) return target;
  if (found === contentHash(target.bytes))
    return { kind: 'refused', why: 'the file is as it was before the update already' };
  if (current === undefined || before === absent || after === absent) {
    return { kind: 'conflict', why: 'the file was made or removed since the update' };
  }
  return merged(await store.getBlob(after), target.bytes ?? Buffer.alloc(0), current);
}

async function targetOf(
  store: DocumentStore,
  { before = absent, after = absent }: UpdateRecord,
  hunks: readonly number[] | null,
): Promise<TakenBack> {
  const old = before === absent ? undefined : await store.getBlob(before);
  if (hunks === null) return { kind: 'applied', bytes: old };
  if (old === undefined || after === absent)
    return { kind: 'refused', why: 'only all of this update can be taken back' };
  const all = hunksBetween(old, await store.getBlob(after));
  const bytes = applyHunks(
    old,
    all,
    [...all.keys()].filter((index) => !hunks.includes(index)),
  );
  return bytes === undefined
    ? { kind: 'refused', why: 'the update has no such hunk' }
    : { kind: 'applied', bytes };
}

async function merged(after: Buffer, target: Buffer, current: Buffer): Promise<TakenBack> {
  const lines = hunksBetween(target, after).flatMap((hunk) =>
    hunk.after.filter((line) => line.trim() !== ''),
  );
  const kept = new Set(target.toString('utf8').split('\n'));
  // A block that a person copied would be reverted in one copy only: none of our own lines may remain.
  const mustNotRemain = lines.filter((line) => !kept.has(line));
  const result = await mergeThreeWay({ current, base: after, other: target, mustNotRemain });
  if (result.kind === 'clean') return { kind: 'applied', bytes: result.content };
  return { kind: 'conflict', why: 'the lines of the update were changed since' };
}
