import type { Edit, Provenance } from '../types/index.ts';
import { type AuthorKind, authorKindSchema } from './store/update-record.ts';

/** Kinds that wait for a person in every mode, whoever answered. */
const sensitiveKinds = new Set(['remove', 'removal', 'rename', 'requirement', 'meaning']);

/**
 * Whether an update waits for a person's yes. In `approve` only a person's answer and the archivist's quotation are
 * written at once; in `auto` everything is. What is sensitive waits in both.
 */
export function needsApproval(
  mode: 'approve' | 'auto',
  update: { kind: string; edits: readonly Edit[]; authorKind: AuthorKind },
): boolean {
  if (isSensitive(update)) return true;
  if (mode === 'auto') return false;
  const quotesAnswer = update.edits.every(({ op }) => op === 'answer-question' || op === 'record-answer');
  return !(quotesAnswer && (update.authorKind === 'person' || update.authorKind === 'archivist'));
}

/** Removals, renames, and what changes a requirement's meaning. Answering an open question is not among them. */
export function isSensitive(update: { kind: string; edits: readonly Edit[] }): boolean {
  return sensitiveKinds.has(update.kind) || update.edits.some(takesAway);
}

function takesAway(edit: Edit): boolean {
  const spec = isSpec(edit.file);
  switch (edit.op) {
    case 'answer-question':
    case 'record-answer':
    case 'add-task':
      return false;
    case 'insert-section':
      return spec && /^(?:REMOVED|RENAMED|MODIFIED)\b/i.test(edit.heading.replace(/^#+/, '').trim());
    case 'replace-text':
      return edit.replace.trim() === '' || (spec && !edit.replace.includes(edit.find));
    case 'replace-section':
      return edit.body.trim() === '' || spec;
    case 'replace-file':
      return edit.content.trim() === '' || spec;
  }
}

/** Specs of capabilities, and a change's deltas to them: where requirements stand. */
function isSpec(file: string): boolean {
  return file.startsWith('specs/') || file.includes('/specs/');
}

/**
 * Who is behind an edit, where the caller does not say: a named model, else the rules. The author's name says nothing of
 * it: clients choose their names.
 */
export function authorKindOf(provenance: Provenance): AuthorKind {
  return provenance.model === undefined ? 'rules' : 'model';
}

/** The author as a history shows it: without the kind before the name. */
export function authorName({ author }: Provenance): string {
  const colon = author.indexOf(':');
  return colon !== -1 && authorKindSchema.safeParse(author.slice(0, colon)).success
    ? author.slice(colon + 1)
    : author;
}
