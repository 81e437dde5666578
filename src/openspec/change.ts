import type { OpenSpecChange } from './model.ts';

/** Reads `changes/<id>`; undefined when there is no such folder (any more). */
export function readChange(_root: string, _id: string): Promise<OpenSpecChange | undefined> {
  throw new Error('not built yet');
}

/** Reads `changes/archive/<id>`; undefined when there is no such folder. */
export function readArchivedChange(_root: string, _id: string): Promise<OpenSpecChange | undefined> {
  throw new Error('not built yet');
}

/** Names of the folders in `changes/` that are changes, sorted. */
export function listChangeIds(_root: string): Promise<string[]> {
  throw new Error('not built yet');
}

/** The `contentHash` that `readChange` would give, without parsing; undefined when the change is gone. */
export function contentHashOf(_root: string, _id: string): Promise<string | undefined> {
  throw new Error('not built yet');
}
