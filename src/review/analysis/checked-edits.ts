import type { DocumentFile, OpenSpecChange } from '../../openspec/index.ts';
import type { Edit } from '../../types/index.ts';
import type { DropReason } from './analysis.ts';
import { withoutLineNumbers } from './quotation.ts';
import type { ReplyEdit } from './reply.ts';
import { collapse, linesOf, oneLine, stripInvisible } from './untrusted-text.ts';

/** A correction is small; more is a rewrite that nobody asked for. */
const LONGEST_EDIT = 4000;

type Checked = { ok: true; edit: Edit } | { ok: false; reason: DropReason };

/** The typed edit, when its anchor stands in the document exactly once as the document is on disk. */
export function checkedEdit(said: ReplyEdit, change: OpenSpecChange): Checked {
  const document = change.files.find((one) => one.file === said.file);
  if (document === undefined) return refuse('unknown-file');
  const text = stripInvisible(withoutLineNumbers(said.text));
  if (text.length > LONGEST_EDIT) return refuse('over-limit');
  const anchor = withoutLineNumbers(said.anchor);
  if (anchor.trim() === '') return refuse('anchor-not-found');
  switch (said.op) {
    case 'replace-text':
      return replaceText(document, change, { anchor, text });
    case 'insert-section':
      return insertSection(document, { anchor, text });
    case 'add-task':
      return addTask(document, change, { anchor, text });
  }
}

function replaceText(
  document: DocumentFile,
  change: OpenSpecChange,
  said: { anchor: string; text: string },
): Checked {
  // The model saw lines without their carriage returns.
  const isCrlf = document.text.includes('\r\n');
  const inTheFile = (text: string) =>
    isCrlf ? text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n') : text;
  const find = inTheFile(said.anchor);
  const replace = inTheFile(said.text);
  if (find === replace) return refuse('no-difference');
  const at = document.text.indexOf(find);
  if (at === -1) return refuse('anchor-not-found');
  if (document.text.indexOf(find, at + 1) !== -1) return refuse('anchor-ambiguous');
  const firstLine = lineAt(document.text, at);
  const lastLine = lineAt(document.text, at + find.length - 1);
  const settles = change.openQuestions.some(
    (open) => open.file === document.file && open.line <= lastLine && open.endLine >= firstLine,
  );
  if (settles) return refuse('settles-an-open-question');
  return { ok: true, edit: { op: 'replace-text', file: document.file, find, replace } };
}

function insertSection(document: DocumentFile, said: { anchor: string; text: string }): Checked {
  const after = headingOf(said.anchor)?.title ?? collapse(said.anchor);
  const matches = document.sections.filter((section) => section.title === after);
  if (matches.length !== 1) return refuse(matches.length === 0 ? 'anchor-not-found' : 'anchor-ambiguous');
  const [first = '', ...rest] = said.text.trim().split('\n');
  const heading = headingOf(first);
  const body = rest.join('\n').trim();
  if (heading === undefined || body === '') return refuse('not-a-section');
  if (document.sections.some((section) => section.title === heading.title)) return refuse('duplicate');
  const { title, level } = heading;
  return {
    ok: true,
    edit: { op: 'insert-section', file: document.file, heading: title, level, body, after },
  };
}

function addTask(
  document: DocumentFile,
  change: OpenSpecChange,
  said: { anchor: string; text: string },
): Checked {
  if (document.file !== change.tasksFile?.file) return refuse('unknown-file');
  const group = headingOf(said.anchor)?.title ?? collapse(said.anchor);
  const matches = document.sections.filter((section) => section.title === group);
  if (matches.length !== 1) return refuse(matches.length === 0 ? 'anchor-not-found' : 'anchor-ambiguous');
  const text = taskText(oneLine(said.text, 500));
  if (text === '') return refuse('empty');
  if (change.tasks.some((task) => collapse(task.text) === text)) return refuse('duplicate');
  return { ok: true, edit: { op: 'add-task', file: document.file, group, text } };
}

function headingOf(line: string): { level: number; title: string } | undefined {
  let level = 0;
  while (line.charAt(level) === '#') level += 1;
  const title = collapse(line.slice(level));
  const isHeading = level >= 1 && level <= 6 && line.charAt(level) === ' ' && title !== '';
  return isHeading ? { level, title } : undefined;
}

/** The task's own words: the applier writes bullet, checkbox and number as the group has them. */
function taskText(text: string): string {
  let rest = text;
  for (const mark of ['- ', '* ', '[ ] ', '[x] '])
    if (rest.startsWith(mark)) rest = rest.slice(mark.length).trim();
  const [first = '', ...words] = rest.split(' ');
  const isNumber =
    [...first].every((char) => (char >= '0' && char <= '9') || char === '.') && first.includes('.');
  return isNumber ? words.join(' ') : rest;
}

function lineAt(text: string, position: number): number {
  return linesOf(text.slice(0, position)).length;
}

function refuse(reason: DropReason): Checked {
  return { ok: false, reason };
}
