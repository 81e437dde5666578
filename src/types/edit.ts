import { z } from 'zod';

/**
 * The closed set of edits. Each names its place by exact text, never by offset, so that a deterministic applier can
 * refuse what is absent or ambiguous. `file` is relative to the root.
 */
export const editSchema = z.discriminatedUnion('op', [
  /** `find` must occur exactly once in the file */
  z.object({ op: z.literal('replace-text'), file: z.string(), find: z.string().min(1), replace: z.string() }),
  /** replaces the body under a heading (its text without `#`), up to the next heading of the same or a higher level */
  z.object({
    op: z.literal('replace-section'),
    file: z.string(),
    heading: z.string().min(1),
    body: z.string(),
  }),
  /** adds a section at the end of the file, or after the section named `after` */
  z.object({
    op: z.literal('insert-section'),
    file: z.string(),
    heading: z.string().min(1),
    level: z.number().int().min(1).max(6),
    body: z.string(),
    after: z.string().optional(),
  }),
  /** writes an answer, word for word, under an open bullet of `## Open Questions` */
  z.object({
    op: z.literal('answer-question'),
    file: z.string(),
    question: z.string().min(1),
    answer: z.string().min(1),
    /** who answered, as the document shall say it: "Ada", "archivist (specs/auth/spec.md:12)" */
    source: z.string().min(1),
  }),
  /** writes an answer to a question that no bullet asks: both, under `## Clarifications` */
  z.object({
    op: z.literal('record-answer'),
    file: z.string(),
    question: z.string().min(1),
    answer: z.string().min(1),
    source: z.string().min(1),
  }),
  /** adds a `- [ ]` line at the end of a group of tasks.md */
  z.object({
    op: z.literal('add-task'),
    file: z.string(),
    group: z.string().min(1),
    text: z.string().min(1),
  }),
  /** replaces the whole file, or creates it */
  z.object({ op: z.literal('replace-file'), file: z.string(), content: z.string() }),
]);
export type Edit = z.infer<typeof editSchema>;
