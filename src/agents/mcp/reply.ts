import type { CallToolResult } from '@modelcontextprotocol/client';
import { z } from 'zod';

/** What a tool of somebody else's server said, read from the body: failures often come as successful results. */
export type ToolReply =
  | { kind: 'answer'; text: string; confidence?: number; sources?: string[] }
  | { kind: 'pending'; questionId: string }
  | { kind: 'failure'; why: string };

const bodySchema = z.looseObject({
  answer: z.string().optional(),
  question_id: z.string().optional(),
  state: z.string().optional(),
  status: z.string().optional(),
  success: z.boolean().optional(),
  error: z.unknown().optional(),
  confidence: z.number().min(0).max(1).optional(),
  sources: z.array(z.string()).optional(),
  no_answer_reason: z.string().optional(),
});

const failedStates = ['not_found', 'error', 'failed', 'expired', 'cancelled', 'declined', 'unavailable'];
const maxAnswerLength = 100_000;
const maxReasonLength = 500;

export function readReply(result: CallToolResult): ToolReply {
  const text = textOf(result);
  const body = bodySchema.safeParse(result.structuredContent ?? parsed(text)).data;
  if (result.isError === true) return failure(text || 'the tool failed');
  if (body === undefined) return text === '' ? failure('an empty answer') : answer(text);
  if (body.answer !== undefined && body.answer.trim() !== '') {
    const { confidence, sources } = body;
    return {
      ...answer(body.answer),
      ...(confidence !== undefined && { confidence }),
      ...(sources !== undefined && { sources: sources.slice(0, 100) }),
    };
  }
  const state = body.state ?? body.status ?? '';
  if (body.success === false || body.error || failedStates.includes(state)) {
    return failure(body.no_answer_reason ?? (typeof body.error === 'string' ? body.error : text || state));
  }
  if (body.question_id !== undefined) return { kind: 'pending', questionId: body.question_id };
  return failure('a result without an answer');
}

function answer(text: string): { kind: 'answer'; text: string } {
  return { kind: 'answer', text: text.slice(0, maxAnswerLength) };
}

function failure(why: string): ToolReply {
  return { kind: 'failure', why: why.slice(0, maxReasonLength) };
}

function textOf({ content }: CallToolResult): string {
  const texts = content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
  return texts.join('\n').trim();
}

function parsed(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
