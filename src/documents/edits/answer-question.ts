import { answerLines } from './answer-lines.ts';
import { nestedStyle } from './bullet-style.ts';
import { type DocumentText, replaceLines } from './document-text.ts';
import { nearest } from './nearest.ts';
import { asks, plainWords, type QuestionItem, questionItems } from './open-questions.ts';
import { type Candidate, type Edited, quoted, type Refused, refused } from './outcome.ts';
import { headingsKept, type Outline, outlineOf } from './outline.ts';

export interface AnswerEdit {
  question: string;
  answer: string;
  source: string;
}

/**
 * Writes an answer, word for word, as a nested bullet under the open question it answers. What it writes is read back:
 * the question must now stand as answered and every other question and heading as before, else the edit is refused.
 */
export function answerQuestion(document: DocumentText, edit: AnswerEdit): Edited {
  const outline = outlineOf(document);
  if (outline === undefined) return refused('the document is nested too deep to be read');
  const items = questionItems(outline);
  const item = findQuestion(items, edit.question, outline);
  if ('kind' in item) return item;
  if (item.answered) return refused(`the question ${quoted(edit.question)} is already answered`);
  const style = nestedStyle(item, items, outline.texts);
  // The plain form first. Where it would not be read as an answer, one with the colon first; and a blank line above,
  // which ends what a plain line would continue (a raw HTML block).
  const forms = [answerLines(edit, style), answerLines(edit, { ...style, colonFirst: true })];
  for (const texts of [...forms, ...forms.map((lines) => ['', ...lines])]) {
    const edited = replaceLines(document, { from: item.endLine, to: item.endLine }, texts);
    if (standsAnswered(outline, edited, { item, added: texts.length }))
      return { kind: 'edited', document: edited };
  }
  return refused(`an answer under ${quoted(edit.question)} would not be read as its answer`);
}

function findQuestion(
  items: readonly QuestionItem[],
  question: string,
  outline: Outline,
): QuestionItem | Refused {
  const found = items.filter((item) => asks(item, question));
  const open = found.filter(({ answered }) => !answered);
  const [first, second] = found;
  if (first === undefined) {
    const where = outline.sections.length === 0 ? 'the document' : 'the open questions';
    return refused(
      `the question ${quoted(question)} is not among ${where}`,
      nearest(plainWords(question), items.map(candidateOf)),
    );
  }
  if (second === undefined || open.length === 1) return open[0] ?? first;
  return refused(
    `the question ${quoted(question)} stands in more than one place`,
    [first, second].map(candidateOf),
  );
}

function candidateOf({ line, text }: QuestionItem): Candidate {
  return { line, text };
}

function standsAnswered(
  before: Outline,
  edited: DocumentText,
  { item, added }: { item: QuestionItem; added: number },
): boolean {
  const after = outlineOf(edited);
  if (after === undefined) return false;
  const nowhere = { from: 0, to: 0 };
  if (!headingsKept(before, after, { replaced: nowhere, fresh: nowhere })) return false;
  const was = questionItems(before);
  const is = questionItems(after);
  return (
    was.length === is.length &&
    was.every((old, index) => {
      const now = is[index];
      if (now === undefined || now.text !== old.text) return false;
      const moved = old.line > item.line ? added : 0;
      const answered = old.line === item.line ? true : old.answered;
      return now.line === old.line + moved && now.answered === answered;
    })
  );
}
