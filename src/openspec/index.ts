export * from './archive-lock.ts';
export {
  contentHashOf,
  listArchivedIds,
  listChangeIds,
  readArchivedChange,
  readChange,
} from './change.ts';
export type * from './model.ts';
export { type OpenSpecRoot, readRoot, readSpecs } from './root.ts';
export * from './rules/index.ts';
export * from './validate.ts';
export { type WatchEvent, type Watcher, type WatchOptions, type WatchProblem, watchRoot } from './watch.ts';
