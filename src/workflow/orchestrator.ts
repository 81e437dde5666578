import type { ActorRuntime, ActorView } from '../actors/index.ts';
import type { AgentDirectory } from '../agents/index.ts';
import type { DocumentManager } from '../documents/index.ts';
import { UserError } from '../errors.ts';
import type { FeedbackLoop, Improvement } from '../improvement/index.ts';
import { DOCUMENT_ASKER, type QuestionRouter } from '../questions/index.ts';
import type { EventFeed, Metrics } from '../telemetry/index.ts';
import type { Answer, ChangeDetail, ChangeSummary, HistoryEntry, Question, Update } from '../types/index.ts';
import type { Backlog } from './analysis-backlog.ts';
import type {
  ActorHistoryEntry,
  ActorSummary,
  AgentDescription,
  AskRequest,
  FeedEvent,
  Health,
  ListOptions,
  Page,
  Readiness,
  UpdateRequest,
  WorkflowApi,
} from './api.ts';
import { ChangeDesk } from './change-desk.ts';
import { healthOf } from './health.ts';
import type { Models } from './models.ts';
import { limitOf } from './paging.ts';
import type { ReviewStore } from './review-store.ts';
import { UpdateOutcomes } from './update-outcomes.ts';

export interface OrchestratorOptions {
  root: string;
  version: string;
  runtime: ActorRuntime;
  router: QuestionRouter;
  documents: DocumentManager;
  agents: AgentDirectory;
  reviews: ReviewStore;
  models: Models;
  /** how much the model has before it, for these changes */
  backlog(changes: readonly string[]): Promise<Backlog | undefined>;
  feed: EventFeed;
  feedback: FeedbackLoop;
  metrics: Metrics;
  /** Redis, root, socket and TCP: what /readyz answers for */
  checks(): Promise<Readiness['checks']>;
  redis: { origin: string; notes(): Promise<string[]> };
}

const outcomeWaitMs = 30_000;

/**
 * The four capabilities under one door: changes are processed, questions routed, documents updated. It keeps nothing:
 * every answer is read from the actors, every action is an event to one.
 */
export class WorkflowOrchestrator implements WorkflowApi {
  readonly #o: OrchestratorOptions;
  readonly #changes: ChangeDesk;
  readonly #outcomes: UpdateOutcomes;

  constructor(options: OrchestratorOptions) {
    this.#o = options;
    this.#changes = new ChangeDesk(options);
    this.#outcomes = new UpdateOutcomes(options);
  }

  // --- changes -------------------------------------------------------------------------------------------------

  listChanges(options: ListOptions = {}): Promise<Page<ChangeSummary>> {
    return this.#changes.list(options);
  }

  getChange(id: string): Promise<ChangeDetail | undefined> {
    return this.#changes.get(id);
  }

  processChange(id: string): Promise<void> {
    return this.#changes.send(id, { type: 'PROCESS' });
  }

  retryChange(id: string): Promise<void> {
    return this.#changes.send(id, { type: 'RETRY' });
  }

  cancelChange(id: string): Promise<void> {
    return this.#changes.send(id, { type: 'CANCEL' });
  }

  /**
   * Reviews a change now and waits until it has settled.
   *
   * @param path its folder, absolute or relative to the root, or its name
   * @throws UserError for a folder that is no change, or when the review failed
   */
  processOpenspecChange(path: string): Promise<void> {
    return this.#changes.process(path);
  }

  // --- questions -----------------------------------------------------------------------------------------------

  ask(request: AskRequest): Promise<Question> {
    return this.#o.router.ask(request);
  }

  listQuestions(options: ListOptions & { agentId?: string; change?: string } = {}): Promise<Page<Question>> {
    return this.#o.router.list({ ...options, limit: limitOf(options) });
  }

  getQuestion(
    id: string,
    options: { waitMs?: number; signal?: AbortSignal } = {},
  ): Promise<Question | undefined> {
    const { waitMs = 0, signal } = options;
    return this.#o.router.wait(id, { waitMs, ...(signal === undefined ? {} : { signal }) });
  }

  async answerQuestion(
    id: string,
    answer: Answer,
    options: { waitMs?: number } = {},
  ): Promise<{ accepted: boolean; question: Question; update?: Update }> {
    const result = await this.#o.router.answer(id, answer);
    const { waitMs = 0 } = options;
    const { change, asked_by } = result.question;
    if (!result.accepted || waitMs === 0 || change === undefined || asked_by !== DOCUMENT_ASKER)
      return result;
    const update = await this.#outcomes.ofAnswer(id, change, Date.now() + waitMs);
    return { ...result, ...(update === undefined ? {} : { update }) };
  }

  cancelQuestion(id: string, why: string): Promise<Question> {
    return this.#o.router.cancel(id, why);
  }

  async listThreads(): Promise<Page<{ id: string; questions: number; last_at: string }>> {
    return { items: await this.#o.router.threads() };
  }

  getThread(id: string): Promise<{ id: string; questions: Question[] } | undefined> {
    return this.#o.router.thread(id);
  }

  /**
   * Asks and waits for the answer.
   *
   * @param context what the answerer should know, by name; `wait_ms` says how long to wait (default 60000)
   * @throws UserError with code `no-answer` when there is none, with the reason
   */
  async routeQuestion(question: string, context: Record<string, string> = {}): Promise<string> {
    const { wait_ms: wait, ...known } = context;
    const asked = await this.ask({ question, askedBy: 'api', context: known });
    const waitMs = wait === undefined ? 60_000 : Number(wait);
    const ended = await this.getQuestion(asked.id, { waitMs });
    if (ended?.answer !== undefined) return ended.answer;
    throw new UserError('nobody answered', {
      which: asked.id,
      why: ended?.no_answer_reason ?? `it is ${ended?.state ?? 'unknown'}`,
      next: 'a late answer is still taken: specloop questions',
      code: 'no-answer',
    });
  }

  // --- documents -----------------------------------------------------------------------------------------------

  async readDocument(path: string): Promise<{ path: string; text: string; hash: string } | undefined> {
    return this.#o.documents.readOpenspec(path).catch((error: unknown) => {
      if (error instanceof UserError && error.code === 'not-found') return undefined;
      throw error;
    });
  }

  /**
   * Changes sections of a document.
   *
   * @param changes section titles to their new bodies
   * @returns true when applied, false when refused or waiting for a person's approval
   */
  updateDocument(path: string, changes: Record<string, string>): Promise<boolean> {
    return this.#o.documents.updateOpenspec(path, changes);
  }

  async updateDocumentWith(request: UpdateRequest): Promise<Update[]> {
    const { path, content, sections, reason, author, authorKind } = request;
    const edits = request.edits ?? [];
    const whole = content === undefined ? [] : [{ op: 'replace-file' as const, file: path, content }];
    const bySection = Object.entries(sections ?? {}).map(([heading, body]) => ({
      op: 'replace-section' as const,
      file: path,
      heading,
      body,
    }));
    const all = [...edits, ...whole, ...bySection];
    const id = await this.#o.documents.propose({
      path,
      edits: all,
      kind: 'document',
      reason,
      authorKind,
      provenance: { author },
    });
    const update = await this.#outcomes.of(id, outcomeWaitMs, ['awaitingApproval', 'waitingForRepository']);
    return [update];
  }

  async documentHistory(path: string): Promise<Page<HistoryEntry>> {
    return { items: await this.#o.documents.getChangeHistory(path) };
  }

  listUpdates(options: ListOptions = {}): Promise<Page<Update>> {
    return this.#o.documents.list({ ...options, limit: limitOf(options) });
  }

  getUpdate(id: string): Promise<Update | undefined> {
    return this.#o.documents.get(id);
  }

  async approveUpdate(
    id: string,
    options: { by: string; hunks?: number[]; waitMs?: number },
  ): Promise<Update> {
    const { waitMs = outcomeWaitMs, by } = options;
    await this.#o.documents.approve(id, { by, ...hunksFromZero(options.hunks) });
    return this.#outcomes.of(id, waitMs, ['waitingForRepository']);
  }

  async rejectUpdate(id: string, options: { why: string; waitMs?: number }): Promise<Update> {
    await this.#o.documents.reject(id, options.why);
    return this.#outcomes.of(id, options.waitMs ?? outcomeWaitMs);
  }

  async undoUpdate(id: string, options: { by: string; hunks?: number[]; waitMs?: number }): Promise<Update> {
    const undo = await this.#o.documents.undo(id, options.by, hunksFromZero(options.hunks));
    return this.#outcomes.of(undo, options.waitMs ?? outcomeWaitMs, ['waitingForRepository']);
  }

  // --- agents, actors, models ----------------------------------------------------------------------------------

  async listAgents(): Promise<Page<AgentDescription>> {
    return { items: await this.#o.agents.describe() };
  }

  registerAgent(agent: {
    id: string;
    name?: string;
    capabilities: string[];
    description?: string;
  }): Promise<AgentDescription> {
    return this.#o.agents.register(agent);
  }

  async listActors(options: ListOptions & { machine?: string } = {}): Promise<Page<ActorSummary>> {
    const { machine, cursor, state } = options;
    const page = await this.#o.runtime.list({
      limit: limitOf(options),
      ...(machine === undefined ? {} : { machine }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const items = page.items.filter(
      (view) => state === undefined || view.state === state || view.status === state,
    );
    return {
      items: items.map(toActorSummary),
      ...(page.cursor === undefined ? {} : { next_cursor: page.cursor }),
    };
  }

  async getActor(id: string): Promise<ActorSummary | undefined> {
    const view = await this.#o.runtime.get(id);
    return view === undefined ? undefined : toActorSummary(view);
  }

  async actorHistory(id: string): Promise<Page<ActorHistoryEntry>> {
    const entries = await this.#o.runtime.history(id);
    const items = entries.map(({ seq, atMs, event, from, to, effects }) => ({
      seq,
      at: new Date(atMs).toISOString(),
      event: event.type,
      from,
      to,
      effects,
    }));
    return { items: items.reverse() };
  }

  pauseModels(): Promise<void> {
    return this.#o.models.pause();
  }

  async resumeModels(): Promise<void> {
    await this.#o.models.resume();
    if ((await this.#o.models.state()).usable) await this.modelIsUp();
  }

  /** A model can be used: every change that waits for one goes into its next round. */
  async modelIsUp(): Promise<void> {
    if (!(await this.#o.models.paused())) await this.#changes.modelIsUp();
  }

  // --- feedback ------------------------------------------------------------------------------------------------

  /** Measures specloop at work and proposes what the evidence points at; applies nothing. */
  async analyzeFeedback(): Promise<Improvement[]> {
    return (await this.#o.feedback.analyse()).improvements;
  }

  // --- the whole -----------------------------------------------------------------------------------------------

  async health(): Promise<Health> {
    return healthOf({ ...this.#o, changes: this.#changes, readiness: await this.readiness() });
  }

  async readiness(): Promise<Readiness> {
    const checks = await this.#o.checks();
    return { ready: Object.values(checks).every(({ ok }) => ok), checks };
  }

  metrics(): Promise<string> {
    return this.#o.metrics.text();
  }

  events(options: { afterId?: string; signal: AbortSignal }): AsyncIterable<FeedEvent> {
    return this.#o.feed.read(options);
  }
}

/** People count hunks from 1, the store from 0. */
function hunksFromZero(hunks: number[] | undefined): { hunks?: number[] } {
  return hunks === undefined ? {} : { hunks: hunks.map((hunk) => hunk - 1) };
}

function toActorSummary(view: ActorView): ActorSummary {
  const { id, machine, version, seq, state, status, since } = view;
  return { id, machine, version, seq, state, status, since };
}
