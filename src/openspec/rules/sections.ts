import { splitLines } from '../lines.ts';
import type { DocumentFile, Section } from '../model.ts';

/** The text below a section's heading, its subsections included. */
export function sectionText({ text }: DocumentFile, { line, endLine }: Section): string {
  return splitLines(text).slice(line, endLine).join('\n');
}

/** A heading's words in lower case, without numbering and emphasis. */
export function plainTitle(title: string): string {
  return title
    .replace(/[*_`#:]/g, '')
    .replace(/^\d{1,4}[.)]?\s+/, '')
    .trim()
    .toLowerCase();
}
