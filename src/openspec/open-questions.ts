import type { ParsedDocument } from './document.ts';
import { type Item, listItems } from './list-items.ts';
import type { OpenQuestion, Section } from './model.ts';
import { sectionsNamed } from './sections.ts';

const titles = ['open questions', 'open question', 'questions', 'unresolved questions'];

/**
 * The questions of a document: one for each bullet or numbered item under `## Open Questions`, with what is nested in it.
 * "None" is no question. An item that is checked, struck out, called resolved, or has an answer below it is answered.
 */
export function readOpenQuestions(parsed: ParsedDocument): OpenQuestion[] {
  const { document } = parsed;
  // spares the parsing of a document that cannot have the section
  if (!parsed.lines.some((line) => /question/i.test(line))) return [];
  return sectionsNamed(document.sections, titles).flatMap((section) =>
    listItems(parsed, section).flatMap((item) => {
      const { text, answered } = readQuestion(item);
      if (text === '' || isNone(text)) return [];
      const settled = answered || isUnderSettledHeading(document.sections, section, item.line);
      return [{ text, file: document.file, line: item.line, endLine: item.endLine, answered: settled }];
    }),
  );
}

function readQuestion(item: Item): { text: string; answered: boolean } {
  const box = /^\[([ xX])\]\s+/.exec(item.item[0] ?? '');
  const own = item.item.map((line, index) =>
    index === 0 && box !== null ? line.slice(box[0].length) : line,
  );
  const answerAt = own.findIndex((line, index) => index > 0 && isAnswer(line));
  const asked = answerAt === -1 ? own : own.slice(0, answerAt);
  const text = withoutLabel(asked.filter((line) => line !== '').join(' '));
  const choices = item.nested.filter((nested) => !isAnswer(nested.item[0] ?? ''));
  return {
    text: [text, ...choices.map((choice) => `- ${choice.item.filter((line) => line !== '').join(' ')}`)].join(
      '\n',
    ),
    answered:
      (box?.[1] ?? ' ') !== ' ' ||
      answerAt !== -1 ||
      choices.length < item.nested.length ||
      isSettled(own[0] ?? '') ||
      /\?[*_~`]*\s*(?:→|->|=>)/.test(text),
  };
}

/** `Q:`, `**Q1**:` and the like are no part of the question. */
function withoutLabel(text: string): string {
  const label = /^(?:\*\*|__)?(?:Q\d{0,3}|Question(?:\s\d{1,3})?)(?:\*\*|__)?[:.](?:\*\*|__)?\s+/i.exec(text);
  return label === null ? text : text.slice(label[0].length);
}

function isAnswer(line: string): boolean {
  const plain = line.replace(/^[*_`]{1,3}/, '');
  if (/^(?:→|->|=>)/.test(plain)) return true;
  return /^(?:A\d{0,3}|Answer|Answered|Decision|Decided|Resolution|Resolved)\b[^:\n]{0,40}:/i.test(plain);
}

/** The item itself says that it is closed: struck out, or called resolved at its start or end. */
function isSettled(line: string): boolean {
  if (/^~~.*~~[.*_]{0,3}$/.test(line)) return true;
  const plain = line.replace(/[*_`~()[\]]/g, '').trim();
  return (
    /^(?:resolved|answered|decided|closed|decision)(?::|\s[-–—]\s)/i.test(plain) ||
    /[-–—:?.]\s?(?:resolved|answered|decided|closed)\.?$/i.test(plain) ||
    /^✅|✅$/.test(plain)
  );
}

function isNone(text: string): boolean {
  const plain = text.replace(/[*_`]/g, '').trim();
  return (
    !plain.includes('?') &&
    /^(?:none|n\/a|not applicable|nothing|no open questions|no questions|-)(?![\w/])/i.test(plain)
  );
}

function isUnderSettledHeading(sections: readonly Section[], questions: Section, line: number): boolean {
  return sections.some(
    (section) =>
      section.line > questions.line &&
      section.line < line &&
      section.endLine >= line &&
      /^(?:resolved|answered|closed|decided)\b/i.test(section.title.replace(/[*_`]/g, '')),
  );
}
