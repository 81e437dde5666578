import { z } from 'zod';

/** What a finding of a model may be about; its rule is `model-` and this. */
export const MODEL_FINDING_KINDS = [
  'ambiguity',
  'contradiction',
  'missing-behaviour',
  'untestable',
  'uncovered',
  'instruction',
] as const;
type Kind = (typeof MODEL_FINDING_KINDS)[number];

const SUMMARIES: Record<Kind, string> = {
  ambiguity: 'A model reads the words in two ways.',
  contradiction: 'A model finds that it says otherwise elsewhere.',
  'missing-behaviour': 'A model misses what happens in a case: an error, a limit, an empty input.',
  untestable: 'A model finds no way to check the outcome.',
  uncovered: 'A model finds no requirement for what the proposal promises.',
  instruction: 'A model finds a text that tries to instruct it.',
};

/** The rules of model findings, for lists of rules; none of them is ever an error. */
export const MODEL_RULES = MODEL_FINDING_KINDS.map((kind) => ({
  id: `model-${kind}`,
  summary: SUMMARIES[kind],
}));

/**
 * What the model must answer with: closed enums, file names of this call only, nothing optional and no unions, which small
 * models and their grammars do best with. A model never gives an `error`: it proposes, and the rules judge.
 */
export function replySchemaFor(files: readonly string[]) {
  const file = z.enum([...files]);
  const line = z.number().int().min(0).max(999_999);
  return z.object({
    findings: z
      .array(
        z.object({
          kind: z.enum(MODEL_FINDING_KINDS),
          severity: z.enum(['warning', 'info']),
          file,
          line,
          quote: z.string(),
          message: z.string(),
          why: z.string(),
        }),
      )
      .max(8),
    questions: z
      .array(
        z.object({
          text: z.string(),
          why: z.string(),
          file,
          line,
          quote: z.string(),
          options: z.array(z.string()).max(4),
          recommended: z.string(),
          worth: z.number().int().min(1).max(5),
        }),
      )
      .max(5),
    edits: z
      .array(
        z.object({
          op: z.enum(['replace-text', 'insert-section', 'add-task']),
          file,
          anchor: z.string(),
          text: z.string(),
          reason: z.string(),
          fixes: z.string(),
        }),
      )
      .max(5),
  });
}

export type Reply = z.infer<ReturnType<typeof replySchemaFor>>;
export type ReplyFinding = Reply['findings'][number];
export type ReplyQuestion = Reply['questions'][number];
export type ReplyEdit = Reply['edits'][number];
