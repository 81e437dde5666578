import { z } from 'zod';
import { editSchema, provenanceSchema, updateStateSchema } from '../../types/index.ts';

export const authorKindSchema = z.enum([
  'person',
  'archivist',
  'persona',
  'agent',
  'cache',
  'model',
  'rules',
]);

/** Who is behind an edit; what may be written without a person's yes depends on it. */
export type AuthorKind = z.infer<typeof authorKindSchema>;

/** What an update does, kept by its hash: the edits, or the update that it takes back (some of its hunks, or all). */
export const draftSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('edits'), edits: z.array(editSchema).min(1) }),
  z.object({ kind: z.literal('revert'), update: z.string(), hunks: z.array(z.number().int()).nullable() }),
]);
export type Draft = z.infer<typeof draftSchema>;

/** All that is kept of an update, for as long as the state folder lives. Hashes are those of `contentHash`. */
export const updateRecordSchema = z.object({
  id: z.string(),
  path: z.string(),
  kind: z.string(),
  reason: z.string(),
  /** ISO 8601 */
  at: z.string(),
  change: z.string().optional(),
  authorKind: authorKindSchema,
  provenance: provenanceSchema,
  draft: z.string(),
  /** what the same edit has in common whoever proposes it, whatever it rests on */
  editKey: z.string(),
  /** asked for by a person, who may want again what was undone or rejected */
  anew: z.boolean(),
  reverts: z.string().optional(),
  before: z.string().optional(),
  after: z.string().optional(),
  /** the bytes stand (or stood) in the root */
  written: z.boolean().optional(),
  state: updateStateSchema.optional(),
  commit: z.string().optional(),
  note: z.string().optional(),
});
export type UpdateRecord = z.infer<typeof updateRecordSchema>;

/** What becomes known of an update later. */
export type UpdateFacts = Partial<
  Pick<UpdateRecord, 'before' | 'after' | 'written' | 'state' | 'commit' | 'note'>
>;

export const updateFactsSchema = updateRecordSchema
  .pick({ before: true, after: true, written: true, state: true, commit: true, note: true })
  .partial()
  .extend({ id: z.string() });
