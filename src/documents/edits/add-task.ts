import type { List, ListItem } from 'mdast';
import type { Section } from '../../openspec/model.ts';
import { type DocumentText, replaceLines } from './document-text.ts';
import { type Edited, refused } from './outcome.ts';
import { headingsKept, type Outline, outlineOf } from './outline.ts';
import { bodyLines, findSection } from './sections.ts';

/** Adds `- [ ] text` after the last task of a group, with the next number where the group numbers its tasks. */
export function addTask(document: DocumentText, edit: { group: string; text: string }): Edited {
  const outline = outlineOf(document);
  if (outline === undefined) return refused('the document is nested too deep to be read');
  const section = findGroup(outline, edit.group);
  if ('kind' in section) return section;
  const last = lastTask(outline, section);
  const lead = last === undefined ? '- ' : leadOf(outline.texts[(last.position?.start.line ?? 1) - 1] ?? '');
  const number = startsWithNumber(edit.text) ? '' : nextNumber(last, outline);
  const [first = '', ...rest] = bodyLines(edit.text);
  const inner = ' '.repeat(lead.length);
  const lines = [
    `${lead}[ ] ${number}${first}`,
    ...rest.map((line) => (line.trim() === '' ? '' : inner + line)),
  ];
  const at = last?.position?.end.line ?? section.line;
  const texts = last === undefined ? ['', ...lines, ...blankBefore(outline.texts[at])] : lines;
  const edited = replaceLines(document, { from: at, to: at }, texts);
  const after = outlineOf(edited);
  const nowhere = { from: 0, to: 0 };
  if (after === undefined || !headingsKept(outline, after, { replaced: nowhere, fresh: nowhere })) {
    return refused('the task would break out of its group');
  }
  return { kind: 'edited', document: edited };
}

/** A group is named with or without its number: `2. Storage` or `Storage`. */
function findGroup(outline: Outline, group: string): ReturnType<typeof findSection> {
  const plain = withoutNumber(group);
  const byName = outline.sections.filter(({ title }) => withoutNumber(title) === plain);
  const exact = outline.sections.filter(({ title }) => title === group.trim());
  const only = exact.length === 1 ? exact[0] : byName.length === 1 ? byName[0] : undefined;
  return only ?? findSection(outline, group);
}

function withoutNumber(title: string): string {
  return title
    .trim()
    .replace(/^\d+(?:\.\d+)*[.)]?[ \t]/, '')
    .trim()
    .toLowerCase();
}

function lastTask({ tree }: Outline, section: Section): ListItem | undefined {
  const lists = tree.children.filter((node): node is List => {
    const line = node.position?.start.line ?? 0;
    return node.type === 'list' && line > section.line && line <= section.endLine;
  });
  return lists.at(-1)?.children.at(-1);
}

/** The blanks and the bullet before a task's text. */
function leadOf(line: string): string {
  return /^[ \t]*[-*+][ \t]+/.exec(line)?.[0] ?? '- ';
}

function nextNumber(last: ListItem | undefined, { texts }: Outline): string {
  const line = texts[(last?.position?.start.line ?? 1) - 1] ?? '';
  const numbered = /^[ \t]*[-*+][ \t]+\[[ xX]\][ \t]+(\d{1,6}\.)(\d{1,6})(\.?)[ \t]/.exec(line);
  if (last === undefined || numbered === null) return '';
  const [, group, task, dot] = numbered;
  return `${group}${Number(task) + 1}${dot} `;
}

function startsWithNumber(text: string): boolean {
  return /^\d{1,6}\.\d/.test(text.trim());
}

function blankBefore(next: string | undefined): string[] {
  return next === undefined || next.trim() === '' ? [] : [''];
}
