/**
 * What a text is worth as an answer. The specs are the truth; archived designs and proposals say why it became so, and
 * may have been overtaken; docs come last. Deltas of archived changes are in the specs already, or were overtaken.
 */
export interface Tier {
  rank: 0 | 1 | 2;
  trust: number;
  /** a proposal says what was wanted; only what it answers was decided */
  answersOnly: boolean;
}

const specs: Tier = { rank: 0, trust: 0.95, answersOnly: false };
const designs: Tier = { rank: 1, trust: 0.85, answersOnly: false };
const proposals: Tier = { rank: 1, trust: 0.85, answersOnly: true };
const docs: Tier = { rank: 2, trust: 0.8, answersOnly: false };

/** Undefined for a file whose text is no statement of what holds: tasks, deltas, plans, templates. */
export function tierOf(file: string): Tier | undefined {
  const parts = file.split('/');
  const name = parts.at(-1) ?? '';
  if (parts[0] === 'specs') return name === 'spec.md' ? specs : docs;
  if (parts[0] !== 'changes') return parts.length === 1 || parts[0] === 'docs' ? docs : undefined;
  if (parts[1] !== 'archive' || parts.includes('specs')) return undefined;
  if (name === 'design.md') return designs;
  return name === 'proposal.md' ? proposals : undefined;
}

/** `open`: nothing under it is decided but what answers an open question. */
export type SectionStanding = 'statement' | 'open' | 'not-a-statement';

const notStatements = [
  'alternative',
  'rejected',
  'non-goal',
  'non goal',
  'risk',
  'removed',
  'out of scope',
  'future',
  'example',
  'problem',
  'background',
  'context',
  'motivation',
  'why',
  'goal',
  'current state',
];

/** Judges by the headings a passage stands under, outermost first. */
export function sectionStanding(titles: string[]): SectionStanding {
  const lower = titles.map((title) => title.toLowerCase());
  if (lower.some((title) => title === 'questions' || title.includes('open question'))) return 'open';
  const dropped = lower.some(
    (title) => !title.startsWith('requirement') && notStatements.some((word) => title.startsWith(word)),
  );
  return dropped ? 'not-a-statement' : 'statement';
}

/** The day in an archived change's folder name, to let the newer of two decisions stand first. */
export function archivedOn(file: string): string {
  return file.split('/')[2]?.slice(0, 10) ?? '';
}
