import type { DocumentText } from './document-text.ts';

/** A place that may have been meant. `line` counts from 1. */
export interface Candidate {
  line: number;
  text: string;
}

export interface Refused {
  kind: 'refused';
  /** one sentence for a person; it names the candidates */
  why: string;
  candidates: Candidate[];
}

/** What one edit makes of a document. */
export type Edited = { kind: 'edited'; document: DocumentText } | Refused;

export function refused(why: string, candidates: readonly Candidate[] = []): Refused {
  const shown = candidates.map(({ line, text }) => `line ${line}: “${shortened(text)}”`);
  const nearest = shown.length === 0 ? '' : `; the nearest: ${shown.join(', ')}`;
  return { kind: 'refused', why: why + nearest, candidates: [...candidates] };
}

export function quoted(text: string): string {
  return `“${shortened(text)}”`;
}

function shortened(text: string): string {
  const oneLine = text.replace(/\s+/g, ' ').trim();
  return oneLine.length > 80 ? `${oneLine.slice(0, 79)}…` : oneLine;
}
