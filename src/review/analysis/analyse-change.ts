import { type Completion, type LmStudio, TooLargeError } from '../../lmstudio/index.ts';
import type { CapabilitySpec, OpenSpecChange } from '../../openspec/index.ts';
import type { Finding } from '../../types/index.ts';
import { type Analysis, DropCounter, type ProposedEdit, type ProposedQuestion } from './analysis.ts';
import { checkedEdit } from './checked-edits.ts';
import { checkedFinding, checkedQuestion, wordsOf } from './checked-findings.ts';
import { knownFindings, type PromptSource } from './prompt.ts';
import { QuotableDocument } from './quotation.ts';
import { type Reply, replySchemaFor } from './reply.ts';
import { answerTokens, type Room, type Section, sectionsOf, splitSection } from './sections.ts';

/** More calls than this for one change would hold the model for an hour: the rest is counted, not sent. */
const MOST_SECTIONS = 60;
/** Questions of one analysis; what is worth less than these is not asked. */
const MOST_QUESTIONS = 10;
/** How often a section that proved too large is halved. */
const MOST_SPLITS = 4;

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
      collected.take(section, await askAbout(section, request, room));
      done += 1;
      request.onProgress?.({ done, sections: done + waiting.length });
    } catch (thrown) {
      if (!(thrown instanceof TooLargeError)) throw thrown;
      collected.calls += 1;
      const parts = splits < MOST_SPLITS ? splitSection(request, section, room) : undefined;
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

/** What is gathered from the replies, each thing once. */
class Collected {
  readonly dropped = new DropCounter();
  calls = 0;
  private model: string | undefined;
  private promptTokens = 0;
  private completionTokens = 0;
  private readonly findings = new Map<string, Finding>();
  private readonly questions = new Map<string, ProposedQuestion>();
  private readonly edits = new Map<string, ProposedEdit>();
  private readonly documents: Map<string, QuotableDocument>;
  private readonly source: PromptSource;

  constructor(source: PromptSource) {
    this.source = source;
    const { change, nonce } = source;
    this.documents = new Map(change.files.map(({ file, text }) => [file, new QuotableDocument(text, nonce)]));
  }

  take(section: Section, completion: Completion<Reply>): void {
    this.model ??= completion.model;
    this.calls += completion.calls;
    this.promptTokens += completion.promptTokens ?? 0;
    this.completionTokens += completion.completionTokens ?? 0;
    const { dropped, documents } = this;
    const { change } = this.source;
    const context = { change, documents, dropped };
    const reply = completion.value;
    const own = reply.findings.map((said) => checkedFinding(said, context));
    for (const finding of own) {
      if (finding !== undefined) this.keep(this.findings, `${finding.rule} ${placeOf(finding)}`, finding);
    }
    for (const said of reply.questions) {
      const question = checkedQuestion(said, context);
      if (question !== undefined) this.keep(this.questions, wordsOf(question.text), question);
    }
    const known = knownFindings(this.source, section.passages);
    for (const said of reply.edits) {
      const checked = checkedEdit(said, change);
      if (!checked.ok) {
        dropped.add(checked.reason);
        continue;
      }
      const finding = answered(said.fixes, known, own);
      const reason = said.reason.trim() === '' ? 'proposed by the model' : said.reason;
      const name = finding === undefined ? {} : { finding: `${finding.rule} ${placeOf(finding)}` };
      this.keep(this.edits, JSON.stringify(checked.edit), { edit: checked.edit, reason, ...name });
    }
  }

  analysis(result: { model: string; sections: number }): Analysis {
    const byWorth = [...this.questions.values()].toSorted((a, b) => b.worth - a.worth);
    this.dropped.add('over-limit', Math.max(0, byWorth.length - MOST_QUESTIONS));
    return {
      findings: [...this.findings.values()],
      questions: byWorth.slice(0, MOST_QUESTIONS),
      edits: [...this.edits.values()],
      dropped: this.dropped.list(),
      model: this.model ?? result.model,
      calls: this.calls,
      sections: result.sections,
      promptTokens: this.promptTokens,
      completionTokens: this.completionTokens,
    };
  }

  private keep<T>(map: Map<string, T>, key: string, value: T): void {
    if (map.has(key)) this.dropped.add('duplicate');
    else map.set(key, value);
  }
}

/** The finding that `fixes` numbers: R3 of the known ones, F1 of the reply's own. */
function answered(
  fixes: string,
  known: readonly Finding[],
  own: readonly (Finding | undefined)[],
): Finding | undefined {
  const at = Number(fixes.slice(1)) - 1;
  if (!Number.isInteger(at)) return undefined;
  return fixes.startsWith('R') ? known[at] : fixes.startsWith('F') ? own[at] : undefined;
}

function placeOf(finding: Finding): string {
  return `${finding.file}:${finding.line}`;
}
