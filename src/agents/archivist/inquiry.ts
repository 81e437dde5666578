import { isIdentifier, isNumber, isStopWord, stem, tokensOf, wordsOf } from '../words.ts';

/** What a question asks for, in the parts that an answer must cover. */
export interface Inquiry {
  /** stems of the words that carry its meaning */
  terms: string[];
  /** pairs of alternatives ("copy or move"): one of the two is enough */
  alternatives: [string, string][];
  /** names and numbers, in lower case: an answer has each of them as it is */
  exact: string[];
  negated: boolean;
  wants: 'quantity' | 'reason' | 'outcome' | 'which' | 'whether';
  /** the stem of what is counted: "how many retries" */
  counted?: string;
}

/** Words of a question that ask, and say nothing about what. */
const asking = new Set(
  [
    'happen',
    'handl',
    'decid',
    'choos',
    'support',
    'possibl',
    'exact',
    'exactly',
    'actual',
    'want',
    'work',
    'mean',
  ].concat([
    'behaviour',
    'behavior',
    'allow',
    'there',
    'many',
    'long',
    'often',
    'much',
    'take',
    'go',
    'come',
    'put',
    'keep',
  ]),
);

const negations = new Set([
  "n't",
  'not',
  'no',
  'never',
  'without',
  'none',
  'neither',
  'cannot',
  'except',
  'unless',
]);

const quantityAfterWhat = new Set(
  'limit timeout size port number version length interval threshold percentage maximum minimum max min ttl age period count'.split(
    ' ',
  ),
);

const openWords = new Set(['what', 'which', 'who', 'whom', 'whose', 'where', 'when', 'how']);

const quantityAfterHow = new Set('many much long often large big far fast soon old deep'.split(' '));

export function inquiryOf(whole: string): Inquiry {
  const text = mainClause(whole);
  const tokens = tokensOf(text);
  const lower = tokens.map((token) => token.toLowerCase());
  const names = tokens.filter((token) => isIdentifier(token) || isNumber(token));
  const exact = [...names, ...tokensOf(codeIn(text))].map((token) => token.toLowerCase());
  const terms = wordsOf(text)
    .map(stem)
    .filter((term) => !asking.has(term) && !negations.has(term));
  const counted = lower[lower.indexOf('many') + 1];
  return {
    ...(lower.includes('many') && counted !== undefined && { counted: stem(counted) }),
    terms: [...new Set(terms)],
    alternatives: alternativesIn(lower),
    exact: [...new Set(exact)],
    negated: isNegated(lower),
    wants: wantsOf(lower),
  };
}

/** True when one of the words turns a statement around. */
export function isNegated(lowerTokens: string[]): boolean {
  return lowerTokens.some((token) => negations.has(token) || token.endsWith("n't") || token.endsWith('n’t'));
}

function wantsOf(tokens: string[]): Inquiry['wants'] {
  if (tokens.includes('why') || tokens.includes('reason')) return 'reason';
  if (tokens.includes('happens') || tokens.includes('happen')) return 'outcome';
  const how = tokens.indexOf('how');
  if (how >= 0 && quantityAfterHow.has(tokens[how + 1] ?? '')) return 'quantity';
  const what = tokens.findIndex((token) => token === 'what' || token === 'which');
  const near = what < 0 ? [] : tokens.slice(what + 1, what + 5);
  if (near.some((token) => quantityAfterWhat.has(token))) return 'quantity';
  return tokens.some((token) => openWords.has(token)) ? 'which' : 'whether';
}

const trailing = [
  ', and with ',
  ', with ',
  ', since ',
  ', because ',
  ', given that ',
  ', for example',
  ', e.g.',
];

/** What is asked, without what the asker adds to it: "How long is a cart kept, given that stock is low?" */
function mainClause(text: string): string {
  const ends = trailing.map((mark) => text.indexOf(mark)).filter((at) => at > 0);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}

/** What stands in backticks. */
function codeIn(text: string): string {
  return text
    .split('`')
    .filter((_, at) => at % 2 === 1)
    .join(' ');
}

function alternativesIn(tokens: string[]): [string, string][] {
  return tokens.flatMap((token, at): [string, string][] => {
    if (token !== 'or') return [];
    const before = tokens
      .slice(0, at)
      .filter((word) => !isStopWord(word))
      .at(-1);
    const after = tokens.slice(at + 1).find((word) => !isStopWord(word));
    return before === undefined || after === undefined ? [] : [[stem(before), stem(after)]];
  });
}
