export * from './archive-lock.ts';
export * from './change.ts';
export type * from './model.ts';
export * from './root.ts';
export * from './validate.ts';
export * from './watch.ts';
