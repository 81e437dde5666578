export * from './change.ts';
export * from './edit.ts';
export * from './finding.ts';
export * from './question.ts';
export * from './update.ts';
