import { z } from 'zod';
import { tunableNameSchema } from '../tunables/index.ts';

export const improvementStateSchema = z.enum([
  'awaitingApproval',
  'adopting',
  'probation',
  'kept',
  'rejected',
  'rolledBack',
]);
export type ImprovementState = z.infer<typeof improvementStateSchema>;

const valueSchema = z.union([z.number(), z.string()]);

/** What an improvement should do, said before it is tried. A positive effect is for the better. */
export const predictionSchema = z.object({
  /** the measure, in words: lower is better */
  metric: z.string(),
  /** by how much the measure should fall, in its own unit */
  effect: z.number(),
  /** the same as a share of the measure as it is now */
  relative: z.number(),
  /** how many observations it is derived from */
  n: z.number().int(),
  derived_from: z.string(),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** By how much the measure fell, with its confidence sequence, over `n` pairs. */
export const measurementSchema = z.object({
  estimate: z.number(),
  low: z.number(),
  high: z.number(),
  n: z.number().int(),
});
export type Measurement = z.infer<typeof measurementSchema>;

/**
 * A change that specloop makes to itself. `change` is the id of the OpenSpec change that says so; the root of
 * specloop's own where that document stands is not written yet, so today it is a name only.
 */
export const improvementSchema = z.object({
  id: z.string(),
  state: improvementStateSchema,
  change: z.string(),
  tunables: z.array(z.object({ name: tunableNameSchema, from: valueSchema, to: valueSchema })).min(1),
  predicted: predictionSchema,
  measured: measurementSchema.optional(),
  decision: z.string().optional(),
  /** what its trial showed; absent while it goes on, and when it was ended for another reason */
  verdict: z.enum(['keep', 'harmful', 'unproven']).optional(),
  /** the insight that it follows from */
  insight: z.string(),
  /** ISO 8601 */
  proposed_at: z.string(),
  applied_at: z.string().optional(),
  applied_by: z.string().optional(),
  ended_at: z.string().optional(),
});
export type Improvement = z.infer<typeof improvementSchema>;

/** How it is judged, fixed when it is applied and never touched after. */
export const trialSchema = z.object({
  /** ms since the epoch */
  applied_at_ms: z.number(),
  alpha: z.number(),
  planned_pairs: z.number().int(),
  /** pairs after which an open question is answered with no */
  budget_pairs: z.number().int(),
  /** the share of the measure that a gain must reach to be of interest */
  threshold: z.number(),
  accept: z.enum(['strict', 'accumulate']),
  /** the measure before, one value an observation, oldest first */
  baseline: z.array(z.number()),
  /** a gain counts only when there were enough quotations since for people to overturn */
  guarded: z.boolean(),
  /** what must not get worse: its count before, of how many */
  overturned: z.object({ count: z.number().int(), n: z.number().int() }),
});
export type Trial = z.infer<typeof trialSchema>;

/** An improvement with how it is judged: what is kept of it. */
export const improvementRecordSchema = improvementSchema.extend({ trial: trialSchema.optional() });
export type ImprovementRecord = z.infer<typeof improvementRecordSchema>;
