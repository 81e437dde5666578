import { AnswerTooLongError, type Completion, type LmStudio, TooLargeError } from '../../lmstudio/index.ts';
import type { CapabilitySpec, OpenSpecChange } from '../../openspec/index.ts';
import type { Finding } from '../../types/index.ts';
import type { Analysis } from './analysis.ts';
import { Collected } from './collected.ts';
import { type Reply, replySchemaFor } from './reply.ts';
import { answerTokens, type Room, type Section, sectionsOf, splitSection } from './sections.ts';

/** More calls than this for one change would hold the model for an hour: the rest is counted, not sent. */
const MOST_SECTIONS = 60;
/** How often a section is halved that the server found too long; it refuses at once, so this costs little. */
const MOST_SPLITS = 8;
/** How often one is halved whose answer had no end: each took its whole time, and a model that rambles goes on to. */
const MOST_SPLITS_OF_RAMBLING = 2;

export interface AnalysisRequest {
  change: OpenSpecChange;
  specs: CapabilitySpec[];
  /** what the rules found: told to the model as known */
  findings: Finding[];
  lm: LmStudio;
  /** random and new for each analysis, letters and digits: it delimits the documents */
  nonce: string;
  signal?: AbortSignal | undefined;
  maxSections?: number | undefined;
  onProgress?: ((progress: { done: number; sections: number }) => void) | undefined;
}

/**
 * Lets the model read a change, section by section, and keeps what can be proved: a finding whose quotation stands in the document, an
 * edit whose anchor does so exactly once. The same replies give the same analysis.
 *
 * @throws RetryableError when the model went away; TerminalError when it cannot do this at all
 */
export async function analyseChange(request: AnalysisRequest): Promise<Analysis> {
  const { lm, signal } = request;
  const ready = await lm.ready(signal);
  const room: Room = { ready, budget: lm.budget };
  const collected = new Collected(request);
  const planned = sectionsOf(request, room);
  const most = request.maxSections ?? MOST_SECTIONS;
  collected.dropped.add('section-over-limit', Math.max(0, planned.length - most));
  const waiting = planned.slice(0, most).map((section) => ({ section, splits: 0 }));
  let done = 0;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { section, splits } = next;
    try {
      collected.take(section.passages, await askAbout(section, request, room));
      done += 1;
      request.onProgress?.({ done, sections: done + waiting.length });
    } catch (thrown) {
      if (!(thrown instanceof TooLargeError)) throw thrown;
      collected.calls += 1;
      const limit = thrown instanceof AnswerTooLongError ? MOST_SPLITS_OF_RAMBLING : MOST_SPLITS;
      const isWithin = splits < limit && done + waiting.length + 2 <= most;
      const parts = isWithin ? splitSection(request, section, room) : undefined;
      if (parts === undefined) collected.dropped.add('section-too-large');
      else waiting.unshift(...parts.map((part) => ({ section: part, splits: splits + 1 })));
    }
  }
  return collected.analysis({ model: ready.model, sections: done });
}

/** How many calls a change would take, and about how many minutes, before any is made. */
export async function planAnalysis(
  request: Pick<AnalysisRequest, 'change' | 'specs' | 'findings' | 'lm' | 'nonce' | 'signal'>,
): Promise<{ sections: number; minutes: number }> {
  const ready = await request.lm.ready(request.signal);
  const sections = sectionsOf(request, { ready, budget: request.lm.budget }).length;
  return { sections, minutes: request.lm.budget.estimateMinutes(sections) };
}

function askAbout(section: Section, request: AnalysisRequest, room: Room): Promise<Completion<Reply>> {
  const files = [...new Set(section.passages.map((passage) => passage.file))];
  return request.lm.complete({
    schema: replySchemaFor(files),
    name: 'change-analysis',
    system: section.system,
    user: section.user,
    maxTokens: answerTokens(room),
    signal: request.signal,
  });
}
