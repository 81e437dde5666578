import type { QuestionInput } from '../machines/index.ts';

/** What decides who is asked first. */
export type Waiting = Pick<QuestionInput, 'question' | 'worth' | 'places' | 'askedAt' | 'askedBy'>;

/** Who asks for a question that stands in a document in its own words. */
export const DOCUMENT_ASKER = 'document';

/** Questions of the documents themselves first, then by worth, then the oldest. */
export function byNeed(a: Waiting, b: Waiting): number {
  return (
    Number(fromDocument(b)) - Number(fromDocument(a)) ||
    (b.worth ?? 0) - (a.worth ?? 0) ||
    compare(a.askedAt, b.askedAt) ||
    compare(a.question, b.question)
  );
}

function fromDocument(question: Waiting): boolean {
  return question.askedBy === DOCUMENT_ASKER;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
