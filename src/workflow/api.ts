import type { AgentDescription } from '../agents/index.ts';
import type { Ask } from '../questions/index.ts';
import type { FeedEntry } from '../telemetry/index.ts';
import type {
  Answer,
  ChangeDetail,
  ChangeSummary,
  Edit,
  HistoryEntry,
  Question,
  Update,
} from '../types/index.ts';

export type { AgentDescription };
/** What happened, as the event feed tells it; `id` orders and resumes (`Last-Event-ID`). */
export type FeedEvent = FeedEntry;

/** A list as every face shows it: newest first. */
export interface Page<Item> {
  items: Item[];
  next_cursor?: string;
}

export interface ListOptions {
  state?: string;
  /** 1 to 1000; larger is clamped, default 100 */
  limit?: number;
  cursor?: string;
}

/** A question from outside: what a review knows of its own questions, and who in here is told, is not for others to say. */
export type AskRequest = Omit<Ask, 'why' | 'options' | 'recommended' | 'asker'>;

export interface ActorSummary {
  id: string;
  machine: string;
  version: string;
  seq: number;
  state: string;
  status: string;
  since: string;
  waiting_for?: string[];
}

export interface ActorHistoryEntry {
  seq: number;
  at: string;
  event: string;
  from: string;
  to: string;
  effects: string[];
}

export interface Health {
  status: 'ok' | 'degraded';
  version: string;
  root: string;
  redis: { origin: string; ok: boolean; notes: string[] };
  /** `waiting`: changes that want the model; `sections` and `minutes` are what that is, about */
  model: {
    state: string;
    model?: string;
    why?: string;
    paused: boolean;
    waiting: number;
    sections?: number;
    minutes?: number;
  };
  changes: Record<string, number>;
  questions_open: number;
  updates_pending: number;
  repeated_calls: number;
}

export interface Readiness {
  ready: boolean;
  checks: Record<string, { ok: boolean; found: string }>;
}

export interface UpdateRequest {
  path: string;
  edits?: Edit[];
  content?: string;
  /** the older shape: section title to new body */
  sections?: Record<string, string>;
  reason: string;
  /** a name to show: the client's own word, which nothing is decided by */
  author: string;
  /** said by the face, by the way that the request came: never read from what the client says of itself */
  authorKind: 'person' | 'agent';
}

/**
 * What the faces (HTTP, MCP) need of the orchestrator. An id that names nothing answers `undefined` on reads and throws
 * `UserError` with code `not-found` on actions; an action that the state forbids throws `ConflictError`.
 */
export interface WorkflowApi {
  health(): Promise<Health>;
  readiness(): Promise<Readiness>;
  /** Prometheus text exposition format */
  metrics(): Promise<string>;

  listChanges(options?: ListOptions): Promise<Page<ChangeSummary>>;
  getChange(id: string): Promise<ChangeDetail | undefined>;
  processChange(id: string): Promise<void>;
  retryChange(id: string): Promise<void>;
  cancelChange(id: string): Promise<void>;

  ask(request: AskRequest): Promise<Question>;
  listQuestions(options?: ListOptions & { agentId?: string; change?: string }): Promise<Page<Question>>;
  /** waits up to `waitMs` for an end */
  getQuestion(id: string, options?: { waitMs?: number; signal?: AbortSignal }): Promise<Question | undefined>;
  /** `update` is the edit that writes it, where a document asked: looked for up to `waitMs`, at its end if it comes to one */
  answerQuestion(
    id: string,
    answer: Answer,
    options?: { waitMs?: number },
  ): Promise<{ accepted: boolean; question: Question; update?: Update }>;
  cancelQuestion(id: string, why: string): Promise<Question>;
  listThreads(): Promise<Page<{ id: string; questions: number; last_at: string }>>;
  getThread(id: string): Promise<{ id: string; questions: Question[] } | undefined>;

  readDocument(path: string): Promise<{ path: string; text: string; hash: string } | undefined>;
  updateDocumentWith(request: UpdateRequest): Promise<Update[]>;
  documentHistory(path: string): Promise<Page<HistoryEntry>>;
  listUpdates(options?: ListOptions): Promise<Page<Update>>;
  getUpdate(id: string): Promise<Update | undefined>;
  /** these return when the outcome is final, or after `waitMs`; hunks count from 1, as `hunks` lists them */
  approveUpdate(id: string, options: { by: string; hunks?: number[]; waitMs?: number }): Promise<Update>;
  rejectUpdate(id: string, options: { why: string; waitMs?: number }): Promise<Update>;
  /** the update that reverts `id` */
  undoUpdate(id: string, options: { by: string; hunks?: number[]; waitMs?: number }): Promise<Update>;

  listAgents(): Promise<Page<AgentDescription>>;
  registerAgent(agent: {
    id: string;
    name?: string;
    capabilities: string[];
    description?: string;
  }): Promise<AgentDescription>;

  listActors(options?: ListOptions & { machine?: string }): Promise<Page<ActorSummary>>;
  getActor(id: string): Promise<ActorSummary | undefined>;
  actorHistory(id: string): Promise<Page<ActorHistoryEntry>>;

  pauseModels(): Promise<void>;
  resumeModels(): Promise<void>;

  /** events after `afterId` (exclusive; omitted: from now on), until the signal aborts */
  events(options: { afterId?: string; signal: AbortSignal }): AsyncIterable<FeedEvent>;
}
