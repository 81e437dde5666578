import { z } from 'zod';
import { editSchema } from './edit.ts';

export const severitySchema = z.enum(['error', 'warning', 'info']);
export type Severity = z.infer<typeof severitySchema>;

/** Something a review says about a document. `file` is relative to the root, `line` counts from 1. */
export const findingSchema = z.object({
  /** stable kebab-case id, documented in docs/rules.md; findings of a model are `model-…` */
  rule: z.string(),
  severity: severitySchema,
  file: z.string(),
  line: z.number().int().min(1),
  endLine: z.number().int().min(1).optional(),
  change: z.string(),
  capability: z.string().optional(),
  requirement: z.string().optional(),
  message: z.string(),
  why: z.string().optional(),
  edit: editSchema.optional(),
});
export type Finding = z.infer<typeof findingSchema>;

export const findingCountsSchema = z.object({
  error: z.number().int(),
  warning: z.number().int(),
  info: z.number().int(),
});
/** How many findings there are, by severity. */
export type FindingCounts = z.infer<typeof findingCountsSchema>;

/** Counts findings by severity. */
export function countFindings(findings: readonly Finding[]): FindingCounts {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const finding of findings) counts[finding.severity] += 1;
  return counts;
}
