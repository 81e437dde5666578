import { z } from 'zod';

export const updateStateSchema = z.enum([
  'proposed',
  'applying',
  'validating',
  'awaitingApproval',
  'backingUp',
  'writing',
  'committing',
  'waitingForRepository',
  'applied',
  'conflicted',
  'rolledBack',
  'rejected',
  'failed',
]);
export type UpdateState = z.infer<typeof updateStateSchema>;

/** One contiguous difference: lines of the old and the new text, `line` is where it starts in the old one, from 1. */
export const hunkSchema = z.object({
  line: z.number().int().min(1),
  before: z.array(z.string()),
  after: z.array(z.string()),
});
export type Hunk = z.infer<typeof hunkSchema>;

/** What an update rests on: who or what made it, and for which question or finding. */
export const provenanceSchema = z.object({
  author: z.string(),
  model: z.string().optional(),
  question: z.string().optional(),
  finding: z.string().optional(),
  answeredBy: z.string().optional(),
});
export type Provenance = z.infer<typeof provenanceSchema>;

/** A document update as the API and the CLI show it. `path` is relative to the root. */
export const updateSchema = z.object({
  id: z.string(),
  path: z.string(),
  state: updateStateSchema,
  kind: z.string(),
  reason: z.string(),
  at: z.string(),
  change: z.string().optional(),
  /** the question whose answer it writes */
  question: z.string().optional(),
  hunks: z.array(hunkSchema),
  commit: z.string().optional(),
  /** why an applied update was not committed, or why one waits, was refused or failed */
  note: z.string().optional(),
  reverts: z.string().optional(),
  undone_by: z.string().optional(),
});
export type Update = z.infer<typeof updateSchema>;

/** One entry of a document's history, newest first in lists. */
export const historyEntrySchema = z.object({
  update: z.string(),
  at: z.string(),
  author: z.string(),
  model: z.string().optional(),
  question: z.string().optional(),
  finding: z.string().optional(),
  commit: z.string().optional(),
  undone_by: z.string().optional(),
});
export type HistoryEntry = z.infer<typeof historyEntrySchema>;
