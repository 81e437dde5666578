import type { OpenSpecChange } from '../../openspec/index.ts';
import type { Finding } from '../../types/index.ts';
import type { DropCounter, ProposedQuestion } from './analysis.ts';
import type { QuotableDocument } from './quotation.ts';
import type { ReplyFinding, ReplyQuestion } from './reply.ts';
import { collapse, oneLine } from './untrusted-text.ts';

export interface CheckContext {
  change: OpenSpecChange;
  documents: ReadonlyMap<string, QuotableDocument>;
  dropped: DropCounter;
}

/** The finding at the line where its quotation stands; undefined, and counted, when it stands nowhere. */
export function checkedFinding(said: ReplyFinding, context: CheckContext): Finding | undefined {
  const line = provenLine(said, context);
  const message = oneLine(said.message, 500);
  if (line === undefined) return undefined;
  if (message === '') {
    context.dropped.add('empty');
    return undefined;
  }
  const why = oneLine(said.why, 500);
  return {
    rule: `model-${said.kind}`,
    severity: said.severity,
    file: said.file,
    line,
    change: context.change.id,
    ...requirementAt(context.change, said.file, line),
    message,
    ...(why === '' ? {} : { why }),
  };
}

/** The question with the place where it arises; undefined, and counted, when the place is invented or it is asked already. */
export function checkedQuestion(said: ReplyQuestion, context: CheckContext): ProposedQuestion | undefined {
  const line = provenLine(said, context);
  if (line === undefined) return undefined;
  const text = oneLine(said.text, 500);
  if (text === '') {
    context.dropped.add('empty');
    return undefined;
  }
  if (context.change.openQuestions.some((open) => wordsOf(open.text) === wordsOf(text))) {
    context.dropped.add('already-asked');
    return undefined;
  }
  const options = [
    ...new Set(said.options.map((option) => oneLine(option, 200)).filter((option) => option !== '')),
  ];
  const recommended = oneLine(said.recommended, 200);
  return {
    text,
    why: oneLine(said.why, 500),
    places: [{ file: said.file, line, text: oneLine(said.quote, 200) }],
    ...(options.length < 2 ? {} : { options }),
    ...(options.length >= 2 && options.includes(recommended) ? { recommended } : {}),
    worth: said.worth / 5,
  };
}

/** The words of a question, for telling whether two are the same: case, punctuation and spacing do not count. */
export function wordsOf(text: string): string {
  return collapse(text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ' '));
}

function provenLine(
  said: { file: string; line: number; quote: string },
  context: CheckContext,
): number | undefined {
  const document = context.documents.get(said.file);
  if (document === undefined) {
    context.dropped.add('unknown-file');
    return undefined;
  }
  const line = document.lineOf(said.quote, said.line);
  if (line === undefined) context.dropped.add('quote-not-found');
  return line;
}

function requirementAt(
  change: OpenSpecChange,
  file: string,
  line: number,
): { capability?: string; requirement?: string } {
  const delta = change.deltas.find((one) => one.file === file);
  if (delta === undefined) return {};
  const requirements = [...delta.added, ...delta.modified];
  const requirement = requirements.find((one) => line >= one.line && line <= one.endLine);
  return {
    capability: delta.capability,
    ...(requirement === undefined ? {} : { requirement: requirement.name }),
  };
}
