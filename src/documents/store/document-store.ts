import { join } from 'node:path';
import { BlobStore } from './blob-store.ts';
import { privateFolder } from './durable-file.ts';
import { UpdateJournal } from './update-journal.ts';
import { type Draft, draftSchema, type UpdateFacts, type UpdateRecord } from './update-record.ts';

/**
 * Every version of every document that specloop ever touched, and every update with what it rests on: the first copy,
 * kept in the state folder, whatever becomes of Redis or the repository.
 */
export interface DocumentStore {
  /** Keeps bytes by their sha-256 (hex). */
  putBlob(bytes: Buffer): Promise<string>;
  getBlob(hash: string): Promise<Buffer>;
  putDraft(draft: Draft): Promise<string>;
  getDraft(hash: string): Promise<Draft>;

  /** Adds an update; one with a known id stays as it is. */
  add(update: UpdateRecord): Promise<void>;
  learn(id: string, facts: UpdateFacts): Promise<void>;
  /** Takes in what other processes added. Reads below answer from memory. */
  refresh(): Promise<void>;
  find(id: string): UpdateRecord | undefined;
  /** Updates of a file, or of the files below a folder, newest first. */
  historyOf(path: string): UpdateRecord[];
  /** Newest first. */
  all(): UpdateRecord[];
  sameEdit(editKey: string): UpdateRecord[];
  /** The update that took this one back and still holds: an undo that was undone itself does not count. */
  undoneBy(id: string): string | undefined;
  close(): Promise<void>;
}

export async function openDocumentStore(stateDir: string): Promise<DocumentStore> {
  const folder = join(stateDir, 'documents');
  await privateFolder(folder);
  const blobs = new BlobStore(join(folder, 'blobs'));
  const journal = await UpdateJournal.open(join(folder, 'updates.jsonl'));

  function undoneBy(id: string): string | undefined {
    return journal.revertsOf(id).findLast((update) => stands(update) && undoneBy(update.id) === undefined)
      ?.id;
  }

  return {
    putBlob: (bytes) => blobs.put(bytes),
    getBlob: (hash) => blobs.get(hash),
    putDraft: (draft) => blobs.put(Buffer.from(JSON.stringify(draft))),
    getDraft: async (hash) => draftSchema.parse(JSON.parse((await blobs.get(hash)).toString('utf8'))),
    add: (update) => journal.add(update),
    learn: (id, facts) => journal.learn(id, facts),
    refresh: () => journal.refresh(),
    find: (id) => journal.get(id),
    historyOf: (path) => {
      const own = journal.ofPath(path);
      return own.length > 0
        ? own.reverse()
        : [...journal.all()].filter((update) => update.path.startsWith(`${path}/`)).reverse();
    },
    all: () => [...journal.all()].reverse(),
    sameEdit: (editKey) => journal.ofEdit(editKey),
    undoneBy,
    close: () => journal.close(),
  };
}

function stands({ written, state }: UpdateRecord): boolean {
  return written === true && state !== 'rolledBack';
}
