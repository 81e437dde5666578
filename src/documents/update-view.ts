import type { SnapshotFrom } from 'xstate';
import type { documentUpdateMachine } from '../machines/index.ts';
import { type HistoryEntry, type Hunk, type Update, updateStateSchema } from '../types/index.ts';
import { authorName } from './approval-policy.ts';
import type { UpdateRecord } from './store/update-record.ts';

/** The shape that the API shows, from the actor's snapshot. `undoneBy` is what the store knows. */
export function viewOfSnapshot(
  snapshot: SnapshotFrom<typeof documentUpdateMachine>,
  undoneBy: string | undefined,
): Update {
  const { input, hunks, commit, note } = snapshot.context;
  return {
    id: input.update,
    path: input.path,
    state: updateStateSchema.parse(snapshot.value),
    kind: input.kind,
    reason: input.reason,
    at: input.at,
    hunks,
    ...optional({
      change: input.change,
      question: input.provenance.question,
      commit,
      note,
      reverts: input.reverts,
      undone_by: undoneBy,
    }),
  };
}

/** The same from the store alone, for an update whose actor is gone. */
export function viewOfRecord(
  record: UpdateRecord,
  more: { hunks: Hunk[]; undoneBy: string | undefined },
): Update {
  const { id, path, kind, reason, at, change, commit, note, reverts } = record;
  return {
    id,
    path,
    state: record.state ?? (record.written ? 'applied' : 'proposed'),
    kind,
    reason,
    at,
    hunks: more.hunks,
    ...optional({
      change,
      question: record.provenance.question,
      commit,
      note,
      reverts,
      undone_by: more.undoneBy,
    }),
  };
}

export function historyEntry(record: UpdateRecord, undoneBy: string | undefined): HistoryEntry {
  const { model, question, finding } = record.provenance;
  return {
    update: record.id,
    at: record.at,
    author: authorName(record.provenance),
    ...optional({ model, question, finding, commit: record.commit, undone_by: undoneBy }),
  };
}

/** Leaves out what is not known: the contract has no empty fields. */
function optional<Key extends string>(fields: Record<Key, string | undefined>): Partial<Record<Key, string>> {
  const known: Partial<Record<Key, string>> = {};
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined && value !== '') known[key] = value;
  }
  return known;
}
