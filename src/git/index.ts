export { type CommitOptions, type CommitResult, commitEdit } from './commit.ts';
export { type SettledEntry, settleJournal } from './journal.ts';
export { type MergeOptions, type MergeResult, mergeThreeWay } from './merge.ts';
export { baseOf, changedSince, currentBranch, headOf, showFile } from './read.ts';
export { type NoRepository, openRepository, type Repository } from './repository.ts';
export { lookAt, type RepositoryState } from './state.ts';
