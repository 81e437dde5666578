export * from './change.ts';
export * from './document-update.ts';
export * from './effect.ts';
export * from './question.ts';
