import { answerLines } from './answer-lines.ts';
import type { AnswerEdit } from './answer-question.ts';
import type { DocumentText } from './document-text.ts';
import { type Edited, quoted, refused } from './outcome.ts';
import { outlineOf } from './outline.ts';
import { bodyLines, findSection, insertSection, replaceSection } from './sections.ts';

const heading = 'Clarifications';

/**
 * Writes down a question that no bullet of the document asks, with its answer, under `## Clarifications`; the section is
 * made at the end of the document where there is none.
 */
export function recordAnswer(document: DocumentText, edit: AnswerEdit): Edited {
  const outline = outlineOf(document);
  if (outline === undefined) return refused('the document is nested too deep to be read');
  const question = `- ${edit.question.replace(/\s+/g, ' ').trim()}`;
  const bullet = [question, ...answerLines(edit, { indent: '  ', mark: '-' })];
  const section = findSection(outline, heading);
  if ('kind' in section) return insertSection(document, { heading, level: 2, body: bullet.join('\n') });
  const standing = outline.texts.slice(section.bodyLine - 1, section.endLine);
  if (standing.some((line) => line.trim() === question)) {
    return refused(`the question ${quoted(edit.question)} is already answered`);
  }
  const body = [...bodyLines(standing.join('\n')), ...bullet].join('\n');
  return replaceSection(document, { heading: section.title, body });
}
