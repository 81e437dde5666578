import type { Requirement } from '../../model.ts';
import { outcomes, triggers } from './outcomes.ts';
import { quantities } from './quantities.ts';
import { statements } from './statements.ts';
import { significantStems } from './words.ts';

/** What a requirement claims in one statement or scenario, in a form in which two claims can be compared. */
export interface Claim {
  /** the stems in alphabetic order: equal for claims about the same thing */
  about: string;
  negative: boolean;
  /** the words that it is made of */
  words: string;
  text: string;
  line: number;
}

/** Below this many stems, two claims are about the same thing by chance. */
const MIN_STEMS = 3;
const NEGATION = /\b(?:not|never|no|cannot)\b|n['’]t\b/gi;

const remembered = new WeakMap<Requirement, Claim[]>();

/** The claims of a requirement. Remembered by object, as each change is compared with every other one. */
export function claims(requirement: Requirement): Claim[] {
  const known = remembered.get(requirement);
  if (known !== undefined) return known;
  const found = [...bodyClaims(requirement), ...scenarioClaims(requirement)];
  remembered.set(requirement, found);
  return found;
}

function bodyClaims({ body, bodyLine }: Requirement): Claim[] {
  return statements(body, bodyLine)
    .filter(({ modality }) => modality === 'obliges' || modality === 'forbids')
    .flatMap(({ modality, subject, predicate, sentence, line }) =>
      claim(`${subject} ${predicate}`, { negative: modality === 'forbids', text: sentence, line }),
    );
}

function scenarioClaims({ scenarios }: Requirement): Claim[] {
  return scenarios.flatMap((scenario) => {
    const text = [...triggers(scenario), ...outcomes(scenario)].map((step) => step.text).join('; ');
    const negations = text.match(NEGATION)?.length ?? 0;
    return claim(`when ${text}`, { negative: negations % 2 === 1, text, line: scenario.line });
  });
}

function claim(words: string, rest: Pick<Claim, 'negative' | 'text' | 'line'>): Claim[] {
  const stems = [...significantStems(words)].sort();
  if (stems.length < MIN_STEMS) return [];
  return [{ about: stems.join(' '), words, ...rest }];
}

/** The numbers of a claim: "3 time 500 ms". */
export function amounts({ words }: Claim): string {
  return quantities(words)
    .map(({ value, unit }) => `${value} ${unit}`)
    .join(' ');
}
