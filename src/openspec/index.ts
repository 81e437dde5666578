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
export { validateChange } from './validate-change.ts';
export { validateCopy } from './validate-copy.ts';
export { validateSpec } from './validate-spec.ts';
export type { ValidationIssue } from './validation-issue.ts';
export { type ValidatorChoice, type ValidatorVersion, validatorVersion } from './validator-module.ts';
export { type WatchEvent, type Watcher, type WatchOptions, type WatchProblem, watchRoot } from './watch.ts';
