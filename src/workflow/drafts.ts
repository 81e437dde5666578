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

/** Who asks for a question that the model's review raised. */
export function reviewerAsker(model: string): string {
  return `model ${model}`;
}

function askedByReviewer({ asked_by }: Question): boolean {
  return asked_by.startsWith(reviewerAsker(''));
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
    const bullets = change.openQuestions.filter((open) => normalisedText(open.text) === words);
    const bullet = bullets.find((open) => !open.answered);
    // Only our own reviewer's questions are written down where no bullet asks them: others wanted an answer, not an edit.
    if (bullet === undefined && (bullets.length > 0 || !askedByReviewer(question))) continue;
    const file = bullet?.file ?? change.design?.file ?? change.proposal?.file;
    if (file === undefined) continue;
    const text = bullet?.text ?? question.text;
    const op = bullet === undefined ? ('record-answer' as const) : ('answer-question' as const);
    drafts.push({
      path: file,
      edits: [{ op, file, question: text, answer: question.answer, source: sourceOf(question) }],
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
