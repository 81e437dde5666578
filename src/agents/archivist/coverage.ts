import { stem, wordsOf } from '../words.ts';
import { type Archive, surroundings } from './archive.ts';
import { readingOf } from './guard.ts';
import { type Inquiry, inquiryOf } from './inquiry.ts';
import type { Passage } from './passages.ts';

/** Words of specifications that say nothing about what is specified. */
const scaffolding = new Set(
  [
    'shall',
    'system',
    'user',
    'given',
    'execut',
    'run',
    'requirement',
    'scenario',
    'command',
    'provid',
    'display',
  ].concat([
    'openspec',
    'spec',
    'change',
    'value',
    'set',
    'call',
    'follow',
    'includ',
    'via',
    'within',
    'currently',
    'return',
  ]),
);

/** Of the question's meaning, what the quoted words themselves must hold. */
const quotedShare = 0.5;

/** Fewer words than these state nothing. */
const sentenceWords = 5;

/** Two words can be about anything. */
const enoughWords = 3;

/** Of a statement, and of a scenario's conditions, how much must be what was asked: else it is about something else. */
const ownShare = { statement: 0.35, steps: 0.6, answer: 0.75 };

/**
 * How much of the question a passage answers, 0 to 1: the share of the question's meaning that stands in it, where the
 * passage in turn is about the question. Three kinds are read in three ways: an answer by the question above it, steps by
 * their conditions (they hold under no other), a statement clause by clause.
 */
export function coverageOf(archive: Archive, inquiry: Inquiry, passage: Passage): number {
  switch (passage.kind) {
    case 'answer':
      return answerCoverage(archive, inquiry, passage);
    case 'steps':
      return readable(inquiry) ? stepsCoverage(archive, inquiry, passage) : 0;
    case 'statement':
      return readable(inquiry) && tellsMore(inquiry, passage)
        ? statementCoverage(archive, inquiry, passage)
        : 0;
  }
}

/** What a negation reaches cannot be told by words alone. */
function readable(inquiry: Inquiry): boolean {
  return !inquiry.negated && inquiry.terms.length >= enoughWords;
}

/** "Which …?" is answered by something that the question does not say itself. */
function tellsMore(inquiry: Inquiry, passage: Passage): boolean {
  if (inquiry.wants !== 'which') return true;
  return meaningful(passage.text).filter((term) => !inquiry.terms.includes(term)).length >= 2;
}

function answerCoverage(archive: Archive, inquiry: Inquiry, passage: Passage): number {
  if (inquiry.terms.length < enoughWords) return 0;
  const asked = inquiryOf(passage.above);
  const sameNames = asked.exact.length === inquiry.exact.length;
  if (!sameNames || asked.negated !== inquiry.negated) return 0;
  const there = covered(archive, inquiry.terms, new Set(asked.terms));
  const back = covered(archive, asked.terms, new Set(inquiry.terms));
  return there >= ownShare.answer && back >= ownShare.answer ? Math.min(there, back) : 0;
}

function stepsCoverage(archive: Archive, inquiry: Inquiry, passage: Passage): number {
  const lines = passage.text.split('\n');
  const outcome = lines.findIndex((line) => /\bTHEN\b/.test(line));
  const conditions = lines.slice(0, Math.max(1, outcome)).join('\n');
  if (!namesWithin(conditions, inquiry)) return 0;
  if (covered(archive, meaningful(conditions), new Set(inquiry.terms)) < ownShare.steps) return 0;
  return wholeCoverage(archive, inquiry, passage.text, surroundings(passage));
}

function statementCoverage(archive: Archive, inquiry: Inquiry, passage: Passage): number {
  if (passage.text.split(' ').length < sentenceWords && inquiry.wants !== 'quantity') return 0;
  const under = surroundings(passage);
  const terms = new Set(inquiry.terms);
  const shares = passage.text
    .replaceAll('\n', ' ')
    .replaceAll('; ', '. ')
    .replaceAll(', and ', '. ')
    .split('. ')
    .filter((clause) => covered(archive, meaningful(clause), terms) >= ownShare.statement)
    .map((clause) => wholeCoverage(archive, inquiry, clause, under));
  return Math.max(0, ...shares);
}

/**
 * Every word of the question must be there, and half of its meaning in the words that are quoted: headings say what a text
 * is about, they do not state it. A single missing word is the one that turns the answer around ("remove", "install").
 */
function wholeCoverage(archive: Archive, inquiry: Inquiry, quoted: string, under: string): number {
  const own = readingOf(quoted).stems;
  const all = new Set([...own, ...readingOf(under).stems]);
  const alternative = new Set(inquiry.alternatives.flat());
  const terms = inquiry.terms.filter((term) => all.has(term) || !alternative.has(term));
  const share = covered(archive, terms, all);
  const whole = terms.every((term) => all.has(term)) && covered(archive, terms, own) >= quotedShare;
  return whole ? share : Math.min(share, 0.79);
}

/** Names in a condition (`--force`, `CI=true`) bind it: the question must have them too. */
function namesWithin(conditions: string, inquiry: Inquiry): boolean {
  return inquiryOf(conditions).exact.every(
    (name) => inquiry.exact.includes(name) || inquiry.terms.includes(stem(name)),
  );
}

function meaningful(text: string): string[] {
  return [...new Set(wordsOf(text).map(stem))].filter((term) => !scaffolding.has(term));
}

function covered(archive: Archive, terms: string[], by: Set<string>): number {
  let [all, there] = [0, 0];
  for (const term of terms) {
    const weight = archive.weight(term);
    all += weight;
    if (by.has(term)) there += weight;
  }
  return all === 0 ? 0 : there / all;
}
