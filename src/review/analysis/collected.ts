import type { Completion } from '../../lmstudio/index.ts';
import type { Finding } from '../../types/index.ts';
import { type Analysis, DropCounter, type ProposedEdit, type ProposedQuestion } from './analysis.ts';
import { checkedEdit } from './checked-edits.ts';
import { type CheckContext, checkedFinding, checkedQuestion, wordsOf } from './checked-findings.ts';
import type { Passage } from './material.ts';
import { knownFindings, type PromptSource } from './prompt.ts';
import { QuotableDocument } from './quotation.ts';
import type { Reply, ReplyEdit, ReplyFinding, ReplyQuestion } from './reply.ts';
import { oneLine } from './untrusted-text.ts';

/** Questions of one analysis; what is worth less than these is not asked. */
const MOST_QUESTIONS = 10;

/** What is gathered from the replies, each thing once. */
export class Collected {
  readonly dropped = new DropCounter();
  calls = 0;
  private model: string | undefined;
  private promptTokens = 0;
  private completionTokens = 0;
  private readonly findings = new Map<string, Finding>();
  private readonly questions = new Map<string, ProposedQuestion>();
  private readonly edits = new Map<string, ProposedEdit>();
  private readonly context: CheckContext;
  private readonly source: PromptSource;

  constructor(source: PromptSource) {
    this.source = source;
    const { change, nonce } = source;
    const documents = new Map(
      change.files.map(({ file, text }) => [file, new QuotableDocument(text, nonce)]),
    );
    this.context = { change, documents, dropped: this.dropped };
  }

  /** Takes what can be proved of the reply about these passages. */
  take(passages: readonly Passage[], completion: Completion<Reply>): void {
    this.model ??= completion.model;
    this.calls += completion.calls;
    this.promptTokens += completion.promptTokens ?? 0;
    this.completionTokens += completion.completionTokens ?? 0;
    const own = completion.value.findings.map((said) => this.finding(said));
    for (const said of completion.value.questions) this.question(said);
    const known = knownFindings(this.source, passages);
    for (const said of completion.value.edits) this.edit(said, answered(said.fixes, known, own));
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

  private finding(said: ReplyFinding): Finding | undefined {
    const finding = checkedFinding(said, this.context);
    if (finding !== undefined) this.keep(this.findings, `${finding.rule} ${placeOf(finding)}`, finding);
    return finding;
  }

  private question(said: ReplyQuestion): void {
    const question = checkedQuestion(said, this.context);
    if (question !== undefined) this.keep(this.questions, wordsOf(question.text), question);
  }

  private edit(said: ReplyEdit, finding: Finding | undefined): void {
    const checked = checkedEdit(said, this.source.change);
    if (!checked.ok) {
      this.dropped.add(checked.reason);
      return;
    }
    const reason = oneLine(said.reason, 500) || 'proposed by the model';
    const name = finding === undefined ? {} : { finding: `${finding.rule} ${placeOf(finding)}` };
    this.keep(this.edits, JSON.stringify(checked.edit), { edit: checked.edit, reason, ...name });
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
