import { UserError } from '../errors.ts';
import type { QuestionInput } from '../machines/index.ts';
import type { Place } from '../types/index.ts';
import { questionId } from './identity.ts';

/** A question as somebody asks it. */
export interface Ask {
  question: string;
  askedBy: string;
  context?: Record<string, string>;
  /** ask this agent, and else a person */
  agentId?: string;
  threadId?: string;
  change?: string;
  places?: Place[];
  why?: string;
  options?: string[];
  recommended?: string;
  /** 0 to 1: what an answer is worth; orders what people are asked */
  priority?: number;
  deadlineMs?: number;
  /** the same key of the same asker asks once */
  idempotencyKey?: string;
  /** the id of an actor that is told of every end */
  asker?: string;
}

const maxTextLength = 8000;

/** What the question's machine begins with. Throws `UserError` for a question without words. */
export function inputOf(request: Ask): QuestionInput {
  const text = request.question.trim();
  if (text === '' || text.length > maxTextLength) {
    throw new UserError('A question needs words', {
      why: text === '' ? 'it is empty' : `it is longer than ${maxTextLength} characters`,
      next: 'ask one thing, in one or two sentences',
      exitCode: 2,
      code: 'usage',
    });
  }
  const { askedBy, change, idempotencyKey, priority } = request;
  const id = questionId({
    text,
    askedBy,
    ...(change !== undefined && { change }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  });
  return {
    question: id,
    text,
    askedBy,
    askedAt: new Date().toISOString(),
    ...(request.asker !== undefined && { asker: request.asker }),
    ...(change !== undefined && { change }),
    ...(request.places !== undefined && { places: request.places }),
    ...(request.threadId !== undefined && { thread: request.threadId }),
    ...(request.why !== undefined && { why: request.why }),
    ...(request.options !== undefined && { options: request.options }),
    ...(request.recommended !== undefined && { recommended: request.recommended }),
    ...(request.context !== undefined && { context: request.context }),
    ...(request.agentId !== undefined && { agentId: request.agentId }),
    ...(priority !== undefined && { worth: Math.min(1, Math.max(0, priority)) }),
    ...(request.deadlineMs !== undefined && { deadlineMs: request.deadlineMs }),
  };
}
