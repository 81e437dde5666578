import type { FindingCounts, QuestionState, UpdateState, WaitingFor } from '../types/index.ts';

/** One OpenSpec change of a repository, from its first sight to its archive. */
export interface ChangeContext {
  change: string;
  /** the content that this round is about; the ones whose last round is through, and that a model last saw */
  contentHash: string;
  reviewedHash: string;
  analysedHash: string;
  /** a person saved it or asked for it since the model last saw it: a model pass is wanted */
  modelWanted: boolean;
  /** why the model could not be had, until it could */
  modelProblem: string;
  rounds: number;
  findings: FindingCounts;
  /** questions that still wait for an answer, by id */
  questionsOpen: string[];
  /** questions whose end was told: a list of open ones that was made before that may still name them */
  questionsClosed: string[];
  /** an answer came that is not drafted yet */
  answersWaiting: boolean;
  /** updates that are not at their end, with their state */
  updates: Record<string, UpdateState>;
  drafts: string[];
  problem: string;
}

export type ChangeEvent =
  | { type: 'SAVED'; contentHash: string; byPerson: boolean }
  | { type: 'GONE' }
  | { type: 'ARCHIVED' }
  | { type: 'PROCESS' }
  | { type: 'SPECS.SAVED' }
  | { type: 'MODEL.UP' }
  | { type: 'RETRY' }
  | { type: 'CANCEL' }
  | { type: 'QUESTION.CHANGED'; question: string; state: QuestionState }
  | { type: 'UPDATE.CHANGED'; update: string; state: UpdateState };

export interface ChangeWork {
  change: string;
  contentHash: string;
}

export type ReadResult = { kind: 'read'; contentHash: string } | { kind: 'gone' } | { kind: 'archived' };
export type AnalysisResult =
  | { kind: 'analysed'; findings: FindingCounts }
  | { kind: 'unavailable'; why: string };

/** What a change waits for, in the order in which people should look at it. */
export function changeWaitsFor(context: ChangeContext): WaitingFor[] {
  const states = Object.values(context.updates);
  const waits: WaitingFor[] = [];
  if (states.includes('awaitingApproval')) waits.push('approval');
  if (context.questionsOpen.length > 0) waits.push('answers');
  if (states.includes('waitingForRepository')) waits.push('repository');
  if (context.modelWanted) waits.push('model');
  return waits;
}
