import type { SnapshotFrom } from 'xstate';
import type { QuestionContext, questionMachine } from '../machines/index.ts';
import { type Question, type QuestionState, questionStateSchema } from '../types/index.ts';

export type QuestionSnapshot = SnapshotFrom<typeof questionMachine>;

/** States that listen no more. `expired` still takes a late answer. */
const finalStates: readonly QuestionState[] = ['answered', 'cancelled'];

/** True when nobody waits for an answer any more. */
export function hasEnded(state: QuestionState): boolean {
  return finalStates.includes(state) || state === 'expired';
}

export function isFinal(state: QuestionState): boolean {
  return finalStates.includes(state);
}

/** The state as people see it: nested ones by their top state. */
export function topState(snapshot: Pick<QuestionSnapshot, 'value'>): QuestionState {
  const value: unknown = snapshot.value;
  const top = typeof value === 'string' ? value : Object.keys(Object(value))[0];
  return questionStateSchema.parse(top);
}

/** The API's shape of a question. */
export function toQuestion(snapshot: QuestionSnapshot): Question {
  const { context } = snapshot;
  const { input, answer } = context;
  const state = topState(snapshot);
  const reason = noAnswerReason(context, state);
  return {
    id: input.question,
    text: input.text,
    state,
    ...(input.change !== undefined && { change: input.change }),
    ...(input.places !== undefined && { places: input.places }),
    ...(input.thread !== undefined && { thread: input.thread }),
    asked_by: input.askedBy,
    asked_at: input.askedAt,
    ...(input.why !== undefined && { why: input.why }),
    ...(input.options !== undefined && { options: input.options }),
    ...(input.recommended !== undefined && { recommended: input.recommended }),
    ...(answer !== null && {
      answer: answer.text,
      answered_by: answer.by,
      answered_kind: answer.kind,
      answered_at: context.answeredAt,
    }),
    ...(context.late && { late: true }),
    ...(answer?.confidence !== undefined && { confidence: answer.confidence }),
    ...(answer?.sources !== undefined && { sources: answer.sources }),
    ...(reason !== undefined && { no_answer_reason: reason }),
  };
}

/** What happened instead of an answer, in words; undefined while it is still being worked on, or answered. */
function noAnswerReason(context: QuestionContext, state: QuestionState): string | undefined {
  if (state === 'cancelled') return `cancelled: ${context.noAnswerReason || 'no reason given'}`;
  if (state !== 'escalated' && state !== 'expired') return undefined;
  const said = context.trail.map(({ agent, outcome, why }) => `${agent} ${outcome}${why && `: ${why}`}`);
  const tried = said.length > 0 ? said.join('; ') : 'no agent can answer it';
  return state === 'expired'
    ? `deadline: nobody answered in time (${tried})`
    : `${tried}; waits for a person`;
}
