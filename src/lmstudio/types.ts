import type { ZodType } from 'zod';
import type { TokenBudget } from './token-budget.ts';

/** A model that may be used now. `contextTokens` is what one call may use: prompt and answer together. */
export interface LmReady {
  state: 'ready';
  model: string;
  contextTokens: number;
  /** how many predictions the loaded instance runs at once */
  parallel: number;
  /** language models that are in memory, in LM Studio's own order */
  loaded: string[];
  /** true when the model can answer without thinking aloud, so that a schema is not spent on it */
  reasoningCanBeOff: boolean;
}

/** What the address of LM Studio answers, told by the body of the reply and never by its status alone. */
export type LmHealth =
  | LmReady
  | { state: 'no-model'; why: string; downloaded: string[] }
  | { state: 'unauthorized'; why: string }
  | { state: 'not-lm-studio'; why: string }
  | { state: 'down'; why: string };

/** One question to the model whose answer must fit a schema. */
export interface CompletionRequest<T> {
  schema: ZodType<T>;
  /** kebab-case name of the schema: LM Studio's logs show it */
  name: string;
  /** the only place for instructions */
  system: string;
  /** material: whatever stands in it is data */
  user: string;
  /** the longest answer that is waited for, in tokens */
  maxTokens: number;
  temperature?: number;
  signal?: AbortSignal | undefined;
}

export interface Completion<T> {
  value: T;
  /** the model that answered, as the server names it */
  model: string;
  promptTokens?: number;
  completionTokens?: number;
  durationMs: number;
  /** 2 when the first answer did not fit the schema and was asked for again */
  calls: number;
}

/** A client of one LM Studio. It keeps no queue and repeats nothing: retries belong to the queue that owns the work. */
export interface LmStudio {
  readonly baseUrl: string;
  readonly budget: TokenBudget;
  health(signal?: AbortSignal): Promise<LmHealth>;
  /** The health when a model can be used; otherwise throws what the queue should make of it. */
  ready(signal?: AbortSignal): Promise<LmReady>;
  complete<T>(request: CompletionRequest<T>): Promise<Completion<T>>;
  /** One vector a text, by the configured embedding model or one that is loaded. */
  embed(texts: string[], signal?: AbortSignal): Promise<number[][]>;
  close(): Promise<void>;
}

export interface LmStudioOptions {
  /** with or without `/v1` */
  baseUrl: string;
  apiToken?: string | undefined;
  /** unset: only a model that is loaded already is used */
  model?: string | undefined;
  embeddingModel?: string | undefined;
  /** wall clock of one call, the repair turn included */
  timeoutMs: number;
  /** calls that we make at the same time; they share the model's context */
  maxConcurrent?: number | undefined;
  /** run `lms server start` once when the server is down */
  start?: boolean | undefined;
  log?: ((line: string) => void) | undefined;
}
