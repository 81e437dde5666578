import type { Answer, Place } from '../types/index.ts';

/** A question, from whoever asked to whoever can answer. */
export interface QuestionInput {
  question: string;
  text: string;
  askedBy: string;
  askedAt: string;
  /** the actor that is told of every end: a change */
  asker?: string;
  change?: string;
  places?: Place[];
  thread?: string;
  why?: string;
  options?: string[];
  recommended?: string;
  context?: Record<string, string>;
  /** ask this agent first and alone; a person stays the last rung */
  agentId?: string;
  /** how much an answer is worth, 0 to 1: orders what people are asked */
  worth?: number;
  deadlineMs?: number;
}

/** One agent that was considered, and why. */
export interface Candidate {
  agent: string;
  kind: 'archivist' | 'agent' | 'persona';
  why: string;
}

export interface QuestionContext {
  input: QuestionInput;
  candidates: Candidate[];
  /** index of the candidate that is asked now */
  rung: number;
  /** what each rung said, oldest first: the audit of how the answer came about */
  trail: { agent: string; outcome: 'answered' | 'declined' | 'failed' | 'late'; why: string }[];
  leader: string;
  followers: string[];
  answer: Answer | null;
  answeredAt: string;
  late: boolean;
  noAnswerReason: string;
}

export type QuestionEvent =
  | { type: 'ANSWER'; answer: Answer; at: string }
  | { type: 'CANCEL'; why: string }
  | { type: 'FOLLOW'; follower: string }
  | { type: 'LEADER.ANSWERED'; answer: Answer; at: string }
  | { type: 'LEADER.GONE' };

export type MatchResult =
  | { kind: 'cached'; answer: Answer; at: string }
  | { kind: 'twin'; leader: string }
  | { kind: 'none' };
export type AskResult = { kind: 'answered'; answer: Answer; at: string } | { kind: 'declined'; why: string };
