import { z } from 'zod';

/** Something that the metrics say about specloop itself, with the figures that it rests on. */
export const insightSchema = z.object({
  /** the same figures in the same place are the same insight */
  id: z.string(),
  kind: z.enum(['bottleneck', 'errors', 'efficiency', 'feature-use']),
  /** what it is about: `question.escalated`, `archivist`, `lintChange` */
  subject: z.string(),
  /** one sentence for people */
  text: z.string(),
  n: z.number().int(),
  evidence: z.record(z.string(), z.number()),
  /** single observations, where a proposal needs more than their sum */
  observations: z.array(z.number()).optional(),
});
export type Insight = z.infer<typeof insightSchema>;

/** Below it nothing is said: a handful of cases is no pattern. */
export const minimumN = { bottleneck: 10, errors: 3, efficiency: 10, featureUse: 10, headroom: 20 } as const;
