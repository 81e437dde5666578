import { z } from 'zod';

export const questionStateSchema = z.enum([
  'asked',
  'matching',
  'routing',
  'asking',
  'escalated',
  'answered',
  'expired',
  'cancelled',
]);
export type QuestionState = z.infer<typeof questionStateSchema>;

/** A place in the documents: `file` relative to the root, `line` from 1. */
export const placeSchema = z.object({
  file: z.string(),
  line: z.number().int().min(1),
  text: z.string().optional(),
});
export type Place = z.infer<typeof placeSchema>;

/** A question as the API, the CLI and MCP show it. Times are ISO 8601. */
export const questionSchema = z.object({
  id: z.string(),
  text: z.string(),
  state: questionStateSchema,
  change: z.string().optional(),
  places: z.array(placeSchema).optional(),
  thread: z.string().optional(),
  asked_by: z.string(),
  asked_at: z.string(),
  why: z.string().optional(),
  options: z.array(z.string()).optional(),
  recommended: z.string().optional(),
  answer: z.string().optional(),
  answered_by: z.string().optional(),
  answered_kind: z.enum(['person', 'archivist', 'persona', 'agent', 'cache']).optional(),
  answered_at: z.string().optional(),
  late: z.boolean().optional(),
  confidence: z.number().min(0).max(1).optional(),
  sources: z.array(z.string()).optional(),
  no_answer_reason: z.string().optional(),
  /** true when it stands among those that people are asked now (question_routing.max_open_for_people) */
  open_for_people: z.boolean().optional(),
});
export type Question = z.infer<typeof questionSchema>;

/** An answer, from whoever gave it. `verbatim` is true for a person's words and the archivist's quotations. */
export const answerSchema = z.object({
  text: z.string().min(1),
  by: z.string().min(1),
  kind: z.enum(['person', 'archivist', 'persona', 'agent', 'cache']),
  confidence: z.number().min(0).max(1).optional(),
  sources: z.array(z.string()).optional(),
});
export type Answer = z.infer<typeof answerSchema>;
