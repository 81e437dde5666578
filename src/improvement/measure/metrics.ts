import { z } from 'zod';
import { secondsSchema, shareSchema } from './quantiles.ts';

const counts = z.record(z.string(), z.number());

/** One machine's actors: how long they stay where, from entering a state to leaving it within the window. */
const machineMetricsSchema = z.object({
  actors: z.number().int(),
  /** by top state; a stay includes the wait in the queue of its work */
  states: z.record(z.string(), secondsSchema),
});

/** One pattern of errors: the same message but for names, numbers and places. */
export const errorPatternSchema = z.object({
  machine: z.string(),
  /** the work that failed */
  source: z.string(),
  template: z.string(),
  count: z.number().int(),
  /** one message as it was, cut short */
  example: z.string(),
});
export type ErrorPattern = z.infer<typeof errorPatternSchema>;

const agentMetricsSchema = z.object({
  asked: z.number().int(),
  answered: z.number().int(),
  declined: z.number().int(),
  failed: z.number().int(),
  late: z.number().int(),
  seconds: secondsSchema,
});
export type AgentMetrics = z.infer<typeof agentMetricsSchema>;

/** What was seen of specloop at work in a window. Every figure says how many observations it rests on. */
export const metricsSchema = z.object({
  window: z.object({ from: z.string(), to: z.string() }),
  /** false when there were more actors than were read: the oldest are missing */
  complete: z.boolean(),
  machines: z.record(z.string(), machineMetricsSchema),
  changes: z.object({
    /** from leaving its rest to the next one, work and waiting */
    round_seconds: secondsSchema,
    rounds: z.number().int(),
    rounds_per_change: z.number().optional(),
    /** by the state that a round ended in */
    ends: counts,
    /** rounds that settled with no step gone through twice */
    first_pass: shareSchema,
  }),
  questions: z.object({
    asked: z.number().int(),
    /** by the kind of who answered */
    answered: counts,
    declined_by_all: z.number().int(),
    expired: z.number().int(),
    cancelled: z.number().int(),
    /** questions that nobody but a person could answer */
    needed_person: shareSchema,
    answer_seconds: secondsSchema,
    person_seconds: secondsSchema,
    agents: z.record(z.string(), agentMetricsSchema),
    /** best coverage of the archivist's refusals, 0 to 1, of questions that then needed a person */
    near_misses: z.array(z.number()),
    /** seconds since the same question was answered the same, of questions that needed a person again */
    repeated_after: z.array(z.number()),
  }),
  updates: z.object({
    /** by the state that they ended in */
    ends: counts,
    undone: shareSchema,
    /** applied, not undone, and applied to a copy once but for a person's approval */
    first_pass: shareSchema,
    /** quotations of the archivist that were written, and then undone by a person */
    archivist_overturned: shareSchema,
    seconds: secondsSchema,
    approval_seconds: secondsSchema,
  }),
  errors: z.array(errorPatternSchema),
  /** of all time, over all processes: they have no window */
  counters: counts,
  queues: z.record(z.string(), counts),
});
export type Metrics = z.infer<typeof metricsSchema>;
