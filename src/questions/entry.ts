import type { QuestionInput } from '../machines/index.ts';
import type { BookEntry } from './book.ts';
import { twinKey } from './identity.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** How a question stands in the book. */
export function entryOf(input: QuestionInput, cacheTimeoutMs: number): BookEntry {
  const { question, text, change, thread, agentId, context } = input;
  return {
    id: question,
    askedAtMs: Date.parse(input.askedAt),
    twinKey: twinKey({
      text,
      ...(change !== undefined && { change }),
      ...(thread !== undefined && { thread }),
      ...(agentId !== undefined && { agentId }),
      ...(context !== undefined && { context }),
    }),
    // It may lead its twins until its deadline, and answer for them for as long as an answer is served again.
    usefulMs: (input.deadlineMs ?? 30 * dayMs) + cacheTimeoutMs,
    ...(change !== undefined && { change }),
    ...(thread !== undefined && { thread }),
  };
}
