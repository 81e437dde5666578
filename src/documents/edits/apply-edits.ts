import type { Edit } from '../../types/index.ts';
import { addTask } from './add-task.ts';
import { answerQuestion } from './answer-question.ts';
import { type DocumentText, readText, writeText } from './document-text.ts';
import { type Edited, type Refused, refused } from './outcome.ts';
import { recordAnswer } from './record-answer.ts';
import { replaceFile, replaceText } from './replace-text.ts';
import { insertSection, replaceSection } from './sections.ts';

export type Applied = { kind: 'applied'; bytes: Buffer } | Refused;

/**
 * Applies edits of one file, in their order, to its bytes. Pure. What no edit names stays byte for byte: line endings,
 * byte order mark, indentation, trailing blanks, fences.
 *
 * @param bytes the file's content; undefined for a file that does not exist (only `replace-file` creates one)
 * @returns `refused` when a place is absent or ambiguous (with the two nearest), or when nothing would change
 */
export function applyEdits(bytes: Buffer | undefined, edits: readonly Edit[]): Applied {
  let document = bytes === undefined ? undefined : readText(bytes);
  const first = edits[0];
  if (first === undefined) return refused('there is nothing to edit');
  if (bytes !== undefined && document === undefined) return refused('the file is not valid UTF-8');
  for (const edit of edits) {
    if (edit.file !== first.file)
      return refused(`the edits are of two files, ${first.file} and ${edit.file}`);
    const edited = applyOne(document, edit);
    if (edited.kind === 'refused') return edited;
    document = edited.document;
  }
  if (document === undefined) return refused('there is nothing to edit');
  const after = writeText(document);
  if (bytes?.equals(after)) return refused('the file says so already');
  return { kind: 'applied', bytes: after };
}

function applyOne(document: DocumentText | undefined, edit: Edit): Edited {
  if (edit.op === 'replace-file') return replaceFile(document, edit.content);
  if (document === undefined) return refused(`the file ${edit.file} does not exist`);
  switch (edit.op) {
    case 'replace-text':
      return replaceText(document, edit);
    case 'replace-section':
      return replaceSection(document, edit);
    case 'insert-section':
      return insertSection(document, edit);
    case 'answer-question':
      return answerQuestion(document, edit);
    case 'record-answer':
      return recordAnswer(document, edit);
    case 'add-task':
      return addTask(document, edit);
  }
}
