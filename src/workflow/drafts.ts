import type { OpenSpecChange } from '../openspec/index.ts';
import { normalisedText } from '../questions/index.ts';
import type { Question } from '../types/index.ts';
import type { Draft, ModelReview } from './review-store.ts';

/** Who answered and from what, as the document shall say it. */
function sourceOf(question: Question): string {
  const day = (question.answered_at ?? '').slice(0, 10);
  const from = question.sources?.length ? `from ${question.sources.join(', ')}` : '';
  return [question.answered_by ?? 'unknown', from, day].filter((part) => part !== '').join(', ');
}

/** Answers to bullets that stand open in the documents, and the model's edits, as drafts. Pure. */
export function draftsOf(material: {
  change: OpenSpecChange;
  answered: readonly Question[];
  review: ModelReview | undefined;
}): Draft[] {
  const { change, answered, review } = material;
  const drafts: Draft[] = [];
  for (const question of answered) {
    if (question.answer === undefined) continue;
    const words = normalisedText(question.text);
    const bullet = change.openQuestions.find((open) => !open.answered && normalisedText(open.text) === words);
    if (bullet === undefined) continue;
    const { file, text } = bullet;
    drafts.push({
      path: file,
      edits: [
        { op: 'answer-question', file, question: text, answer: question.answer, source: sourceOf(question) },
      ],
      kind: 'answer',
      reason: `answers "${text}"`,
      ...(question.answered_kind === undefined ? {} : { authorKind: question.answered_kind }),
      provenance: {
        author: question.answered_by ?? 'unknown',
        question: question.id,
        answeredBy: question.answered_by ?? 'unknown',
      },
    });
  }
  for (const { edit, reason, finding } of review?.edits ?? []) {
    const provenance = {
      author: 'specloop',
      ...(review && { model: review.model }),
      ...(finding && { finding }),
    };
    drafts.push({ path: edit.file, edits: [edit], kind: 'improve', reason, authorKind: 'model', provenance });
  }
  return drafts;
}
