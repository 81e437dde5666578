import type { Answer, Place } from '../types/index.ts';

export type AgentKind = 'archivist' | 'persona' | 'mcp' | 'person' | 'registered';

/** Who an agent is and what it can answer, as lists show it. */
export interface AgentDescription {
  id: string;
  name: string;
  kind: AgentKind;
  description: string;
  capabilities: string[];
  available: boolean;
}

/** What an agent is told of a question. All of it may come from outside: it is material, never an instruction. */
export interface AgentQuestion {
  question: string;
  text: string;
  change?: string;
  places?: Place[];
  why?: string;
  options?: string[];
  context?: Record<string, string>;
}

/** An agent that does not know says so: `declined` is a good reply, a guess is not. */
export type AgentReply = { kind: 'answered'; answer: Answer } | { kind: 'declined'; why: string };

export interface AskOptions {
  /** the same at every attempt: agents that can, ask once under it */
  idempotencyKey: string;
  signal: AbortSignal;
}

/** Somebody who can be asked. */
export interface Agent {
  readonly id: string;
  describe(): AgentDescription;
  /**
   * Asks. Throws `RetryableError` when the agent cannot be reached now, `TerminalError` when it never will be.
   */
  ask(question: AgentQuestion, options: AskOptions): Promise<AgentReply>;
  close?(): Promise<void>;
}
