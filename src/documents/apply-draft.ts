import { mergeThreeWay } from '../git/index.ts';
import type { ApplyResult, UpdateWork } from '../machines/document-update.ts';
import { applyHunks, hunksBetween } from './diff/hunks.ts';
import { applyEdits } from './edits/apply-edits.ts';
import { absent, contentHash } from './store/blob-store.ts';
import type { DocumentStore } from './store/document-store.ts';
import { takeBack } from './take-back.ts';

type Result = { kind: 'applied'; bytes: Buffer | undefined } | { kind: 'refused' | 'conflict'; why: string };

/** Applies an update to a copy of the file as it is now, and keeps both versions before anything is written. */
export async function applyDraft({
  store,
  read,
  work,
}: {
  store: DocumentStore;
  read(path: string): Promise<Buffer | undefined>;
  work: UpdateWork;
}): Promise<ApplyResult> {
  await store.refresh();
  const current = await read(work.input.path);
  const result = await (work.chosenHunks === null
    ? whole(store, work, current)
    : chosen(store, work, { current, hunks: work.chosenHunks }));
  if (result.kind !== 'applied') return { kind: result.kind, why: result.why };
  const { bytes } = result;
  const hunks = hunksBetween(current ?? Buffer.alloc(0), bytes ?? Buffer.alloc(0));
  return { kind: 'applied', before: await keep(store, current), after: await keep(store, bytes), hunks };
}

async function whole(
  store: DocumentStore,
  { input }: UpdateWork,
  current: Buffer | undefined,
): Promise<Result> {
  const draft = await store.getDraft(input.draft);
  if (draft.kind === 'edits') return applyEdits(current, draft.edits);
  const update = store.find(draft.update);
  if (update === undefined) return { kind: 'refused', why: `the update ${draft.update} is not known` };
  return takeBack(store, update, { current, hunks: draft.hunks });
}

/** What a person approved are hunks of the version they were shown; a file that changed since gets them merged in. */
async function chosen(
  store: DocumentStore,
  { before, after }: UpdateWork,
  { current, hunks }: { current: Buffer | undefined; hunks: number[] },
): Promise<Result> {
  if (after === absent || after === '')
    return { kind: 'refused', why: 'only all of this update can be approved' };
  const shown = before === absent ? Buffer.alloc(0) : await store.getBlob(before);
  const partial = applyHunks(shown, hunksBetween(shown, await store.getBlob(after)), hunks);
  if (partial === undefined) return { kind: 'refused', why: 'the update has no such hunk' };
  if (partial.equals(shown)) return { kind: 'refused', why: 'no hunk was approved' };
  if (contentHash(current) === before) return { kind: 'applied', bytes: partial };
  if (current === undefined) return { kind: 'conflict', why: 'the file was removed since it was shown' };
  const merged = await mergeThreeWay({ current, base: shown, other: partial });
  if (merged.kind !== 'clean')
    return { kind: 'conflict', why: 'the lines of the approved hunks were changed since' };
  return { kind: 'applied', bytes: merged.content };
}

async function keep(store: DocumentStore, bytes: Buffer | undefined): Promise<string> {
  return bytes === undefined ? absent : store.putBlob(bytes);
}
