import type { Section } from '../../openspec/model.ts';
import { type DocumentText, replaceLines, toLines } from './document-text.ts';
import { nearest } from './nearest.ts';
import { type Edited, quoted, type Refused, refused } from './outcome.ts';
import { headingsKept, type LineRange, type Outline, outlineOf } from './outline.ts';

const unreadable = 'the document is nested too deep to be read';
const breaksOut =
  'the new body would break out of its section (an open fence or comment, or a heading of a higher level)';

/** Puts `body` in place of what stands under a heading, subsections included. Blank lines around it stay as they were. */
export function replaceSection(document: DocumentText, edit: { heading: string; body: string }): Edited {
  const outline = outlineOf(document);
  if (outline === undefined) return refused(unreadable);
  const section = findSection(outline, edit.heading);
  if ('kind' in section) return section;
  const headingEnd = lastHeadingLine(outline, section);
  const inner = trimmed(outline.texts, { from: headingEnd + 1, to: section.endLine + 1 });
  const body = bodyLines(edit.body);
  const texts = inner === undefined ? framed(outline, section, body) : body;
  const range = inner ?? { from: headingEnd + 1, to: section.endLine + 1 };
  return checked(outline, document, { range, texts, level: section.level, headings: 0 });
}

/** Adds a section after the one named `after` (its subsections included), or at the end of the document. */
export function insertSection(
  document: DocumentText,
  edit: { heading: string; level: number; body: string; after?: string | undefined },
): Edited {
  const outline = outlineOf(document);
  if (outline === undefined) return refused(unreadable);
  const anchor = edit.after === undefined ? undefined : findSection(outline, edit.after);
  if (anchor !== undefined && 'kind' in anchor) return anchor;
  const title = edit.heading.replace(/\s+/g, ' ').trim();
  const end = contentEnd(outline.texts, anchor?.endLine ?? outline.texts.length);
  const hashes = '#'.repeat(edit.level);
  const heading = title.startsWith('#') ? title.replace(/^#+/, hashes) : `${hashes} ${title}`;
  const texts = [...(end === 0 ? [] : ['']), heading, '', ...bodyLines(edit.body)];
  // What follows keeps the blank lines it had; where it had none, it gets one.
  const next = outline.texts[end];
  if (next !== undefined && next.trim() !== '') texts.push('');
  const range = { from: end + 1, to: end + 1 };
  return checked(outline, document, { range, texts, level: edit.level, headings: 1 });
}

/** The section with this title: as written, else without regard to case, where only one has it. */
export function findSection(outline: Outline, heading: string): Section | Refused {
  const wanted = heading.replace(/^#+/, '').trim();
  const exact = outline.sections.filter(({ title }) => title === wanted);
  const found =
    exact.length > 0
      ? exact
      : outline.sections.filter(({ title }) => title.toLowerCase() === wanted.toLowerCase());
  const places = found.map(({ line, title }) => ({ line, text: title }));
  if (found.length > 1)
    return refused(`more than one section is called ${quoted(wanted)}`, places.slice(0, 2));
  const all = outline.sections.map(({ line, title }) => ({ line, text: title }));
  return found[0] ?? refused(`no section is called ${quoted(wanted)}`, nearest(wanted, all));
}

interface Splice {
  range: LineRange;
  texts: string[];
  /** how many headings of this level or a higher one the fresh lines may hold */
  level: number;
  headings: number;
}

/** Applies a splice of lines and refuses it when it changes what other sections there are. */
function checked(before: Outline, document: DocumentText, { range, texts, level, headings }: Splice): Edited {
  const edited = replaceLines(document, { from: range.from - 1, to: range.to - 1 }, texts);
  const after = outlineOf(edited);
  if (after === undefined) return refused(unreadable);
  const fresh = { from: range.from, to: range.from + texts.length };
  const brought = after.sections.filter(
    (section) => section.line >= fresh.from && section.line < fresh.to && section.level <= level,
  );
  const kept = headingsKept(before, after, { replaced: range, fresh });
  if (brought.length !== headings || !kept) return refused(breaksOut);
  return { kind: 'edited', document: edited };
}

/** A heading may be underlined, so its own last line is not always its first. */
function lastHeadingLine({ tree }: Outline, section: Section): number {
  const node = tree.children.find(
    ({ type, position }) => type === 'heading' && position?.start.line === section.line,
  );
  return node?.position?.end.line ?? section.line;
}

/** The range without its blank edges; undefined when all of it is blank. */
function trimmed(texts: readonly string[], range: LineRange): LineRange | undefined {
  let { from, to } = range;
  while (from < to && isBlank(texts[from - 1])) from += 1;
  while (to > from && isBlank(texts[to - 2])) to -= 1;
  return from === to ? undefined : { from, to };
}

/** A body for a section that had none: a blank line above, and one below where something follows. */
function framed(outline: Outline, section: Section, body: string[]): string[] {
  const follows = section.endLine < outline.texts.length && !isBlank(outline.texts[section.endLine]);
  return ['', ...body, ...(follows ? [''] : [])];
}

/** How many of the first `upTo` lines are left without the blank ones at their end. */
function contentEnd(texts: readonly string[], upTo: number): number {
  let end = upTo;
  while (end > 0 && isBlank(texts[end - 1])) end -= 1;
  return end;
}

export function bodyLines(body: string): string[] {
  const texts = toLines(body).map(({ text }) => text);
  const from = texts.findIndex((text) => !isBlank(text));
  return from === -1 ? [] : texts.slice(from, contentEnd(texts, texts.length));
}

function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === '';
}
