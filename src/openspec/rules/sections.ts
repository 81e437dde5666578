import type { Section } from '../model.ts';
import { proseLines } from './language/prose.ts';
import { hasWords } from './language/words.ts';

/** Whether a section, its subsections included, says nothing: no word outside comments. */
export function isEmptySection(sections: readonly Section[], index: number): boolean {
  const section = sections[index];
  if (section === undefined) return true;
  if (saysSomething(section.body)) return false;
  for (let next = index + 1; next < sections.length; next += 1) {
    const below = sections[next];
    if (below === undefined || below.level <= section.level) return true;
    if (saysSomething(below.body)) return false;
  }
  return true;
}

function saysSomething(text: string): boolean {
  // Code alone says something too: a command to run, an error to reproduce.
  return text.includes('`') || proseLines(text).some((line) => hasWords(line.text));
}

/** A heading's words in lower case, without numbering and emphasis. */
export function plainTitle(title: string): string {
  return title
    .replace(/[*_`#:]/g, '')
    .replace(/^\d{1,4}[.)]?\s+/, '')
    .trim()
    .toLowerCase();
}
