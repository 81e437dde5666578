import type { Agent, AgentQuestion, AgentReply } from '../agent.ts';
import { type Archive, rememberedArchive, surroundings } from './archive.ts';
import { coverageOf } from './coverage.ts';
import { disagree, objection, readingOf } from './guard.ts';
import { type Inquiry, inquiryOf } from './inquiry.ts';
import type { ArchiveDocument, Passage } from './passages.ts';
import { archivedOn, type Tier, tierOf } from './standing.ts';

export interface ArchivistOptions {
  /** the texts that may be quoted: specs, archived changes, docs; read anew for every question */
  documents(): Promise<ArchiveDocument[]>;
  /** the share of a question's meaning that a passage must cover, 0 to 1 */
  threshold?: number | (() => number);
}

interface Found {
  passage: Passage;
  tier: Tier;
  coverage: number;
}

const passagesToWeigh = 60;
const defaultThreshold = 0.8;

/**
 * The agent that has read everything and invents nothing: it answers with one quotation, word for word, or declines and
 * says why. Ranking only proposes; the guard decides, because what is merely similar is the commonest wrong answer.
 */
export function createArchivist(options: ArchivistOptions): Agent {
  const { threshold = defaultThreshold } = options;
  const archiveOf = rememberedArchive();
  return {
    id: 'archivist',
    describe: () => ({
      id: 'archivist',
      name: 'Archivist',
      kind: 'archivist',
      description:
        'Quotes specs, archived changes and docs, word for word; declines when none of them says it',
      capabilities: ['specs', 'archive', 'docs'],
      available: true,
    }),
    async ask(question) {
      const documents = (await options.documents()).filter(({ file }) => tierOf(file) !== undefined);
      return answerFrom(
        archiveOf(documents),
        question,
        typeof threshold === 'number' ? threshold : threshold(),
      );
    },
  };
}

function answerFrom(archive: Archive, question: AgentQuestion, threshold: number): AgentReply {
  const inquiry = inquiryOf(question.text);
  if (inquiry.terms.length < 2) return declined('the question has too few words to look for');
  const optional = new Set(inquiry.alternatives.flat());
  const unknown = inquiry.terms.find((term) => !optional.has(term) && !archive.knows(term));
  if (unknown !== undefined) return declined(`nothing in specs, archive or docs mentions "${unknown}"`);
  const found = weigh(archive, inquiry, question);
  const fitting = found.filter(({ coverage }) => coverage >= threshold).sort(byStanding);
  const [best] = fitting;
  if (best === undefined) return declined(nearest(found[0], threshold));
  const rival = rivalOf(best, fitting);
  if (rival !== undefined)
    return declined(`${place(best.passage)} and ${place(rival.passage)} say different things`);
  const { passage, tier, coverage } = best;
  return {
    kind: 'answered',
    answer: {
      text: passage.text,
      by: `archivist (${place(passage)})`,
      kind: 'archivist',
      confidence: Math.round(coverage * tier.trust * 100) / 100,
      sources: [place(passage)],
    },
  };
}

/** The nearest passages with how much of the question they answer; those that the guard objects to are left out. */
function weigh(archive: Archive, inquiry: Inquiry, question: AgentQuestion): Found[] {
  const weighed = archive.nearest(inquiry.terms, passagesToWeigh).flatMap((passage): Found[] => {
    const tier = tierOf(passage.file);
    if (tier === undefined || standsIn(passage, question)) return [];
    if (tier.answersOnly && passage.kind !== 'answer') return [];
    const around = readingOf(`${surroundings(passage)}\n${passage.text}`);
    if (objection(inquiry, passage, around) !== undefined) return [];
    return [{ passage, tier, coverage: coverageOf(archive, inquiry, passage) }];
  });
  return weighed.filter(({ coverage }) => coverage > 0).sort((a, b) => b.coverage - a.coverage);
}

/** Truth before history, the newer decision before the older, then whichever covers more. */
function byStanding(a: Found, b: Found): number {
  const newest = archivedOn(b.passage.file).localeCompare(archivedOn(a.passage.file));
  return a.tier.rank - b.tier.rank || newest || b.coverage - a.coverage;
}

/** Another passage of the same standing that covers as much and says something else. */
function rivalOf(best: Found, fitting: Found[]): Found | undefined {
  const reading = readingOf(best.passage.text);
  return fitting.find(
    (other) =>
      other !== best &&
      other.tier.rank === best.tier.rank &&
      other.coverage >= best.coverage &&
      disagree(reading, readingOf(other.passage.text)),
  );
}

/** True for the lines that the question was raised at: they ask, they do not answer. */
function standsIn(passage: Passage, question: AgentQuestion): boolean {
  return (question.places ?? []).some(
    ({ file, line }) => file === passage.file && line >= passage.line && line <= passage.endLine,
  );
}

function nearest(found: Found | undefined, threshold: number): string {
  if (found === undefined) return 'no passage of specs, archive or docs says it';
  const percent = (share: number) => `${Math.floor(share * 100)} %`;
  const { passage, coverage } = found;
  return `the nearest passage (${place(passage)}) covers ${percent(coverage)} of it; ${percent(threshold)} are needed`;
}

function declined(why: string): AgentReply {
  return { kind: 'declined', why };
}

function place({ file, line, endLine }: Passage): string {
  return endLine > line ? `${file}:${line}-${endLine}` : `${file}:${line}`;
}
