import type { DocumentFile, Section } from '../../model.ts';
import { words } from '../language/words.ts';
import type { Rule } from '../rule.ts';
import { isEmptySection, plainTitle } from '../sections.ts';

/** Headings under which people give the reason. */
const REASONS = [
  'why',
  'motivation',
  'problem',
  'background',
  'context',
  'rationale',
  'summary',
  'purpose',
  'overview',
];
/** Headings that show the proposal to follow OpenSpec's own schema, in English. */
const OPENSPEC_HEADINGS = new Set(['what changes', 'what', 'capabilities', 'impact', 'new capabilities']);

export const rule: Rule = {
  id: 'missing-why',
  severity: 'error',
  summary: 'The proposal gives no reason: its Why section is absent or empty.',
  why: 'Without the reason no one can judge whether the change solves the problem, or choose between two ways to do it.',
  bad: `=== proposal.md
## What Changes
- Sign people out after a quiet half hour.
`,
  good: `=== proposal.md
## Why
Sessions outlive the browser, so a shared computer stays signed in.

## What Changes
- Sign people out after a quiet half hour.
`,
  check({ change: { proposal } }) {
    if (proposal === undefined || proposal.text.trim() === '' || !followsOpenSpec(proposal)) return [];
    const { sections } = proposal;
    let empty: Section | undefined;
    for (const [index, section] of sections.entries()) {
      if (!givesReason(section)) continue;
      if (!isEmptySection(sections, index)) return [];
      empty ??= section;
    }
    const message = empty === undefined ? 'The proposal has no Why section' : `"${empty.title}" is empty`;
    return [{ file: proposal.file, line: empty?.line ?? 1, message }];
  },
};

/** A proposal in other words (a schema of the team's own, another language) may give its reason under any heading. */
function followsOpenSpec({ sections }: DocumentFile): boolean {
  const below = sections.filter(({ level }) => level > 1);
  return below.length === 0 || below.some(({ title }) => OPENSPEC_HEADINGS.has(plainTitle(title)));
}

/** A section may say it at length ("Background and motivation"); a title or subsection must be just that word. */
function givesReason({ title, level }: Section): boolean {
  const said = words(title);
  return level === 2
    ? said.some((word) => REASONS.includes(word))
    : said.length === 1 && REASONS.includes(said[0] ?? '');
}
