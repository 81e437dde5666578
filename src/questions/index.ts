export type { Ask } from './ask.ts';
export { QuestionBook } from './book.ts';
export * from './effects.ts';
export { normalisedText, questionActor, questionId } from './identity.ts';
export type { QuestionListOptions } from './list.ts';
export { DOCUMENT_ASKER } from './people.ts';
export * from './router.ts';
export { type QuestionSnapshot, toQuestion } from './view.ts';
