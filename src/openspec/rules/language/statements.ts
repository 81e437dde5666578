import { blankCode } from './prose.ts';
import { sentences } from './sentences.ts';

export type Modality = 'obliges' | 'forbids' | 'recommends' | 'permits';

/** One normative statement: who (`subject`) shall, shall not, should or may do what (`predicate`). */
export interface Statement {
  modality: Modality;
  subject: string;
  predicate: string;
  /** the sentence it stands in */
  sentence: string;
  line: number;
}

const MODAL = /\b(?:shall|must|should|may)\b(?:\s+(?:not|never)\b)?/gi;

/** The normative statements of a requirement's body; a sentence with two modal verbs gives two. */
export function statements(body: string, firstLine = 1): Statement[] {
  return sentences(body, firstLine).flatMap(({ text, line }) => {
    const modals = [...blankCode(text).matchAll(MODAL)];
    const subject = text.slice(0, modals[0]?.index ?? 0).trim();
    return modals.map((modal, index) => ({
      modality: modalityOf(modal[0]),
      subject,
      predicate: text.slice(modal.index + modal[0].length, modals[index + 1]?.index).trim(),
      sentence: text,
      line,
    }));
  });
}

function modalityOf(modal: string): Modality {
  const [verb = '', negation] = modal.toLowerCase().split(/\s+/);
  if (verb === 'may') return negation === undefined ? 'permits' : 'forbids';
  if (verb === 'should') return 'recommends';
  return negation === undefined ? 'obliges' : 'forbids';
}
