import { isNumber, stem, tokensOf, wordsOf } from '../words.ts';
import { type Inquiry, isNegated } from './inquiry.ts';
import type { Passage } from './passages.ts';

/** A text as the guard compares it. */
export interface Reading {
  stems: Set<string>;
  tokens: Set<string>;
  negated: boolean;
  numbers: string[];
}

const numberWords = new Set(
  'zero two three four five six seven eight nine ten twelve twenty thirty sixty hundred thousand twice unlimited'.split(
    ' ',
  ),
);
const reasonWords = [
  'because',
  'since',
  'so that',
  'in order to',
  'reason',
  'rationale',
  'avoid',
  'therefore',
  'otherwise',
];
const undecided = [
  'tbd',
  'todo',
  'to be decided',
  'to be determined',
  'undecided',
  'not decided',
  'open question',
  'maybe',
  'perhaps',
  'might',
  'probably',
  'possibly',
  'leaning',
  'consider',
  'deferred',
  'out of scope',
  'revisit',
  'needs clarification',
  'unconfirmed',
  'if users request',
];

export function readingOf(text: string): Reading {
  const tokens = tokensOf(text).map((token) => token.toLowerCase());
  return {
    stems: new Set(wordsOf(text).map(stem)),
    tokens: new Set(tokens),
    negated: isNegated(tokens),
    numbers: tokens.filter((token) => isNumber(token) || numberWords.has(token)),
  };
}

/** Why a passage may not answer, whatever else speaks for it; undefined when nothing stands against it. */
export function objection(
  inquiry: Inquiry,
  { text: quote, kind }: Pick<Passage, 'text' | 'kind'>,
  around: Reading,
): string | undefined {
  const reading = readingOf(quote);
  const lower = quote.toLowerCase();
  if (endsAsQuestion(quote)) return 'it is a question itself';
  const open = undecided.find((word) => lower.includes(word));
  if (open !== undefined) return `it says "${open}"`;
  const missing = inquiry.exact.find((name) => !around.tokens.has(name));
  if (missing !== undefined) return `it does not name ${missing}`;
  if (inquiry.negated && !reading.negated) return 'the question is about what is not, the passage is not';
  if (inquiry.wants === 'whether' && reading.negated && kind !== 'answer')
    return 'what its "not" reaches is unclear';
  if (inquiry.wants === 'quantity' && reading.numbers.length === 0) return 'it gives no number';
  if (inquiry.counted !== undefined && !counts(quote, inquiry.counted))
    return `it does not count ${inquiry.counted}`;
  if (inquiry.wants === 'reason' && !reasonWords.some((word) => lower.includes(word)))
    return 'it gives no reason';
  const lost = inquiry.alternatives.find(([a, b]) => !around.stems.has(a) && !around.stems.has(b));
  if (lost !== undefined) return `it names neither ${lost[0]} nor ${lost[1]}`;
  return undefined;
}

/** True when a number stands right before what is counted: `30 retries`, `three failed retries`. */
function counts(quote: string, counted: string): boolean {
  const tokens = tokensOf(quote).map((token) => token.toLowerCase());
  return tokens.some((token, at) => {
    if (!isNumber(token) && !numberWords.has(token)) return false;
    return tokens.slice(at + 1, at + 3).some((next) => stem(next) === counted);
  });
}

function endsAsQuestion(quote: string): boolean {
  return quote.trimEnd().replaceAll('*', '').trimEnd().endsWith('?');
}

/** True when two passages cannot both be the answer: other numbers, or one turns the other around. */
export function disagree(a: Reading, b: Reading): boolean {
  return a.negated !== b.negated || a.numbers.join(' ') !== b.numbers.join(' ');
}
