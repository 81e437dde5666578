import { z } from 'zod';
import {
  changeDetailSchema,
  changeSummarySchema,
  findingSchema,
  historyEntrySchema,
  questionSchema,
  updateSchema,
} from '../types/index.ts';
import type {
  ActorHistoryEntry,
  ActorSummary,
  AgentDescription,
  FeedEvent,
  Health,
  Readiness,
} from '../workflow/api.ts';

/** A page of a list, newest first. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next_cursor: z.string().optional() });
}

export const agentSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['archivist', 'persona', 'mcp', 'person', 'registered']),
  description: z.string(),
  capabilities: z.array(z.string()),
  available: z.boolean(),
}) satisfies z.ZodType<AgentDescription>;

export const actorSchema = z.object({
  id: z.string(),
  machine: z.string(),
  version: z.string(),
  seq: z.number().int(),
  state: z.string(),
  status: z.string(),
  since: z.string(),
  waiting_for: z.array(z.string()).exactOptional(),
}) satisfies z.ZodType<ActorSummary>;

export const actorHistorySchema = z.object({
  seq: z.number().int(),
  at: z.string(),
  event: z.string(),
  from: z.string(),
  to: z.string(),
  effects: z.array(z.string()),
}) satisfies z.ZodType<ActorHistoryEntry>;

export const healthSchema = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  root: z.string(),
  redis: z.object({ origin: z.string(), ok: z.boolean(), notes: z.array(z.string()) }),
  model: z.object({
    state: z.string(),
    model: z.string().exactOptional(),
    why: z.string().exactOptional(),
    paused: z.boolean(),
    waiting: z.number().int(),
    sections: z.number().int().exactOptional(),
    minutes: z.number().exactOptional(),
  }),
  changes: z.record(z.string(), z.number().int()),
  questions_open: z.number().int(),
  updates_pending: z.number().int(),
  repeated_calls: z.number().int(),
}) satisfies z.ZodType<Health>;

export const readinessSchema = z.object({
  ready: z.boolean(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), found: z.string() })),
}) satisfies z.ZodType<Readiness>;

export const machineSchema = z.object({
  id: z.string(),
  version: z.string(),
  /** by their paths, `matching.searching` */
  states: z.array(z.string()),
  events: z.array(z.string()),
});

export const feedEventSchema = z.object({
  id: z.string(),
  at: z.string(),
  type: z.string(),
  actor: z.string(),
  machine: z.string(),
  from: z.string(),
  to: z.string(),
}) satisfies z.ZodType<FeedEvent>;

export const threadSummarySchema = z.object({
  id: z.string(),
  questions: z.number().int(),
  last_at: z.string(),
});

export const threadSchema = z.object({ id: z.string(), questions: z.array(questionSchema) });

export const documentSchema = z.object({ path: z.string(), text: z.string(), hash: z.string() });

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string().optional(),
  which: z.string().optional(),
  why: z.string().optional(),
  next: z.string().optional(),
  id: z.string().optional(),
});

/** The schemas that `/api/openapi.json` shows under a name of their own. */
export const namedSchemas = z.registry<{ id: string }>();
namedSchemas.add(changeSummarySchema, { id: 'Change' });
namedSchemas.add(changeDetailSchema, { id: 'ChangeDetail' });
namedSchemas.add(findingSchema, { id: 'Finding' });
namedSchemas.add(questionSchema, { id: 'Question' });
namedSchemas.add(updateSchema, { id: 'Update' });
namedSchemas.add(historyEntrySchema, { id: 'HistoryEntry' });
namedSchemas.add(agentSchema, { id: 'Agent' });
namedSchemas.add(actorSchema, { id: 'Actor' });
namedSchemas.add(actorHistorySchema, { id: 'ActorHistoryEntry' });
namedSchemas.add(machineSchema, { id: 'Machine' });
namedSchemas.add(healthSchema, { id: 'Health' });
namedSchemas.add(readinessSchema, { id: 'Readiness' });
namedSchemas.add(feedEventSchema, { id: 'FeedEvent' });
namedSchemas.add(problemSchema, { id: 'Problem' });
