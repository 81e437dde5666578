import { EventEmitter, on } from 'node:events';
import { ConflictError, UserError } from '../../src/errors.ts';
import type { Answer, ChangeDetail, Question, Update } from '../../src/types/index.ts';
import type {
  ActorHistoryEntry,
  ActorSummary,
  AskRequest,
  FeedEvent,
  ListOptions,
  Page,
  WorkflowApi,
} from '../../src/workflow/api.ts';

const AT = '2026-11-23T10:00:00.000Z';

/** A WorkflowApi over plain maps: what the faces are tested with where the worker itself is not the point. */
export class MemoryWorkflow implements WorkflowApi {
  readonly changes = new Map<string, ChangeDetail>();
  readonly questions = new Map<string, Question>();
  readonly updates = new Map<string, Update>();
  readonly feed: FeedEvent[] = [];
  readonly asked: AskRequest[] = [];
  readonly answers: Answer[] = [];
  readonly listed: (ListOptions | undefined)[] = [];
  ready = true;
  paused = false;
  #emitter = new EventEmitter().setMaxListeners(0);

  /** Something happened to an actor. */
  happen(actor: string, to: string): void {
    const id = `${this.feed.length + 1}`;
    this.feed.push({ id, at: AT, type: 'CHANGE.SAVED', actor, machine: 'change', from: 'settled', to });
    this.#emitter.emit('event');
  }

  async health() {
    return {
      status: 'ok' as const,
      version: '0.1.0',
      root: '/repo/openspec',
      redis: { origin: 'Redis 7.0.15 from PATH', ok: true, notes: [] },
      model: {
        state: 'down',
        why: 'nothing answers at http://127.0.0.1:1234',
        paused: this.paused,
        waiting: 0,
      },
      changes: { settled: this.changes.size },
      questions_open: this.questions.size,
      updates_pending: this.updates.size,
      repeated_calls: 0,
    };
  }

  async readiness() {
    return { ready: this.ready, checks: { redis: { ok: this.ready, found: '7.0.15' } } };
  }

  async metrics() {
    return '# TYPE specloop_up gauge\nspecloop_up 1\n';
  }

  async listChanges(options?: ListOptions) {
    this.listed.push(options);
    return page(
      [...this.changes.values()].map(({ findings_list, questions, updates, ...summary }) => summary),
    );
  }

  async getChange(id: string) {
    return this.changes.get(id);
  }

  async processChange(id: string) {
    this.#known(this.changes, id);
  }

  async retryChange(id: string) {
    const change = this.#known(this.changes, id);
    if (change.state !== 'failed') throw new ConflictError(`${id} has not failed`);
    change.state = 'detected';
  }

  async cancelChange(id: string) {
    this.#known(this.changes, id);
  }

  async ask(request: AskRequest) {
    this.asked.push(request);
    const question: Question = {
      id: `q${this.asked.length}`,
      text: request.question,
      state: 'escalated',
      asked_by: request.askedBy,
      asked_at: AT,
    };
    this.questions.set(question.id, question);
    return question;
  }

  async listQuestions(options?: ListOptions & { agentId?: string; change?: string }) {
    this.listed.push(options);
    const state = options?.state;
    return page(
      [...this.questions.values()].filter((question) => {
        if (state === undefined) return !['answered', 'expired', 'cancelled'].includes(question.state);
        return state === 'all' || state === question.state;
      }),
    );
  }

  async getQuestion(id: string, options: { waitMs?: number; signal?: AbortSignal } = {}) {
    const question = this.questions.get(id);
    if (question === undefined || question.state === 'answered' || !options.waitMs) return question;
    const timeout = AbortSignal.timeout(options.waitMs);
    const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      this.#emitter.once(`answered ${id}`, () => resolve());
    });
    return this.questions.get(id);
  }

  async answerQuestion(id: string, answer: Answer) {
    const question = this.#known(this.questions, id);
    if (question.state === 'answered') return { accepted: false, question };
    this.answers.push(answer);
    Object.assign(question, {
      state: 'answered',
      answer: answer.text,
      answered_by: answer.by,
      answered_at: AT,
    });
    this.#emitter.emit(`answered ${id}`);
    return { accepted: true, question };
  }

  async cancelQuestion(id: string, why: string) {
    return Object.assign(this.#known(this.questions, id), { state: 'cancelled', no_answer_reason: why });
  }

  async listThreads() {
    return page([{ id: 't1', questions: 1, last_at: AT }]);
  }

  async getThread(id: string) {
    return id === 't1' ? { id, questions: [...this.questions.values()] } : undefined;
  }

  async readDocument(path: string) {
    return path === 'project.md' ? { path, text: '# Project\n', hash: 'abc' } : undefined;
  }

  async updateDocumentWith() {
    return [...this.updates.values()];
  }

  async documentHistory() {
    return page([{ update: 'u1', at: AT, author: 'Ada' }]);
  }

  async listUpdates(options?: ListOptions) {
    this.listed.push(options);
    return page([...this.updates.values()]);
  }

  async getUpdate(id: string): Promise<Update | undefined> {
    return this.updates.get(id);
  }

  async approveUpdate(id: string, options: { by: string; hunks?: number[] }): Promise<Update> {
    const note = `by ${options.by}${options.hunks === undefined ? '' : `, hunks ${options.hunks.join()}`}`;
    return Object.assign(this.#known(this.updates, id), { state: 'applied', note });
  }

  async rejectUpdate(id: string, options: { why: string }) {
    return Object.assign(this.#known(this.updates, id), { state: 'rejected', note: options.why });
  }

  async undoUpdate(id: string) {
    const update: Update = { ...this.#known(this.updates, id), id: `undo-${id}`, reverts: id };
    this.updates.set(update.id, update);
    return update;
  }

  async listAgents() {
    return page([agent('archivist', 'archivist')]);
  }

  async registerAgent({ id }: { id: string }) {
    return agent(id, 'registered');
  }

  async listActors(_options?: ListOptions & { machine?: string }): Promise<Page<ActorSummary>> {
    return page([actor('change/add-login')]);
  }

  async getActor(id: string): Promise<ActorSummary | undefined> {
    return id === 'change/add-login' ? actor(id) : undefined;
  }

  async actorHistory(_id: string): Promise<Page<ActorHistoryEntry>> {
    return page([{ seq: 1, at: AT, event: 'xstate.init', from: '', to: 'detected', effects: [] }]);
  }

  async pauseModels() {
    this.paused = true;
  }

  async resumeModels() {
    this.paused = false;
  }

  async *events({ afterId, signal }: { afterId?: string; signal: AbortSignal }): AsyncGenerator<FeedEvent> {
    let next = afterId === undefined ? this.feed.length : Number(afterId);
    const wakes = on(this.#emitter, 'event', { signal });
    try {
      for (;;) {
        for (; next < this.feed.length; next += 1) {
          const event = this.feed[next];
          if (event !== undefined) yield event;
        }
        await wakes.next();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #known<Item>(items: Map<string, Item>, id: string): Item {
    const item = items.get(id);
    if (item === undefined) throw new UserError('there is no such thing', { which: id, code: 'not-found' });
    return item;
  }
}

/** A workflow with one change, one open question and one update that waits for approval. */
export function sampleWorkflow(): MemoryWorkflow {
  const workflow = new MemoryWorkflow();
  const question: Question = {
    id: 'q-lockout',
    text: 'How long is an account locked after five failed logins?',
    state: 'escalated',
    change: 'add-login',
    places: [{ file: 'changes/add-login/design.md', line: 12 }],
    why: 'the requirement names no duration',
    asked_by: 'add-login',
    asked_at: AT,
    options: ['15 minutes', 'until an administrator unlocks it'],
    recommended: '15 minutes',
    open_for_people: true,
  };
  const update: Update = {
    id: 'u1',
    path: 'changes/add-login/specs/auth/spec.md',
    state: 'awaitingApproval',
    kind: 'clarify',
    reason: 'says how long an account stays locked',
    at: AT,
    change: 'add-login',
    hunks: [
      {
        line: 7,
        before: ['The system SHALL lock it for a while.'],
        after: ['The system SHALL lock it for 15 minutes.'],
      },
      {
        line: 20,
        before: [],
        after: ['- **WHEN** the fifth login fails', '- **THEN** the account is locked'],
      },
    ],
  };
  workflow.questions.set(question.id, question);
  workflow.updates.set(update.id, update);
  workflow.changes.set('add-login', {
    id: 'add-login',
    state: 'settled',
    since: AT,
    rounds: 2,
    findings: { error: 1, warning: 1, info: 0 },
    questions_open: 1,
    updates_pending: 1,
    waiting_for: ['answers', 'approval'],
    findings_list: [
      {
        rule: 'vague-duration',
        severity: 'error',
        file: 'changes/add-login/specs/auth/spec.md',
        line: 7,
        change: 'add-login',
        message: '"for a while" names no duration',
        why: 'nobody can test it',
      },
      {
        rule: 'scenario-missing',
        severity: 'warning',
        file: 'changes/add-login/specs/auth/spec.md',
        line: 20,
        change: 'add-login',
        message: 'the lock has no scenario',
      },
    ],
    questions: [question],
    updates: [update],
  });
  return workflow;
}

function page<Item>(items: Item[]): Page<Item> {
  return { items };
}

function agent(id: string, kind: 'archivist' | 'registered') {
  return { id, name: id, kind, description: 'quotes the specs', capabilities: ['specs'], available: true };
}

function actor(id: string) {
  return { id, machine: 'change', version: '1', seq: 4, state: 'settled', status: 'active', since: AT };
}
