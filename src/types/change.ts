import { z } from 'zod';
import { findingCountsSchema, findingSchema } from './finding.ts';
import { questionSchema } from './question.ts';
import { updateSchema } from './update.ts';

export const changeStateSchema = z.enum([
  'detected',
  'settling',
  'reading',
  'linting',
  'analysing',
  'clarifying',
  'drafting',
  'verifying',
  'updating',
  'settled',
  'failed',
  'absent',
  'archived',
]);
export type ChangeState = z.infer<typeof changeStateSchema>;

/** What a settled change waits for before it can get better. */
export const waitingForSchema = z.enum(['model', 'answers', 'approval', 'repository']);
export type WaitingFor = z.infer<typeof waitingForSchema>;

/** A change as lists show it. `since` is when it entered its state, ISO 8601. */
export const changeSummarySchema = z.object({
  id: z.string(),
  state: changeStateSchema,
  since: z.string(),
  rounds: z.number().int(),
  findings: findingCountsSchema,
  questions_open: z.number().int(),
  updates_pending: z.number().int(),
  waiting_for: z.array(waitingForSchema).optional(),
  /** why a failed change failed */
  problem: z.string().optional(),
});
export type ChangeSummary = z.infer<typeof changeSummarySchema>;

export const changeDetailSchema = changeSummarySchema.extend({
  findings_list: z.array(findingSchema),
  questions: z.array(questionSchema),
  updates: z.array(updateSchema),
});
export type ChangeDetail = z.infer<typeof changeDetailSchema>;
