import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { editSchema, type Finding, findingSchema, placeSchema, provenanceSchema } from '../types/index.ts';

const questionSchema = z.object({
  text: z.string(),
  why: z.string(),
  places: z.array(placeSchema),
  options: z.array(z.string()).optional(),
  recommended: z.string().optional(),
  worth: z.number(),
});
const modelEditSchema = z.object({ edit: editSchema, reason: z.string(), finding: z.string().optional() });

const rulesSchema = z.object({ contentHash: z.string(), findings: z.array(findingSchema) });
const modelSchema = z.object({
  contentHash: z.string(),
  findings: z.array(findingSchema),
  questions: z.array(questionSchema),
  edits: z.array(modelEditSchema),
  model: z.string(),
});
export type ModelReview = z.infer<typeof modelSchema>;

const draftSchema = z.object({
  path: z.string(),
  edits: z.array(editSchema),
  kind: z.string(),
  reason: z.string(),
  authorKind: z.enum(['person', 'archivist', 'persona', 'agent', 'cache', 'model']).optional(),
  provenance: provenanceSchema,
});

/** An edit that is not an update yet. `authorKind` decides whether it is written without a person's yes. */
export interface Draft extends Omit<z.infer<typeof draftSchema>, 'authorKind'> {
  authorKind?: NonNullable<z.infer<typeof draftSchema>['authorKind']>;
}

/** What reviews found, by change: too large for an actor's context, and only ever replaced as a whole. */
export class ReviewStore {
  readonly #redis: Redis;
  readonly #ns: string;

  constructor(redis: Redis, ns: string) {
    this.#redis = redis;
    this.#ns = ns;
  }

  async saveRules(change: string, contentHash: string, findings: readonly Finding[]): Promise<void> {
    await this.#redis.hset(`${this.#ns}:reviews:rules`, change, JSON.stringify({ contentHash, findings }));
  }

  async saveModel(change: string, review: ModelReview): Promise<void> {
    await this.#redis.hset(`${this.#ns}:reviews:model`, change, JSON.stringify(review));
  }

  async rules(change: string): Promise<Finding[]> {
    const stored = await this.#redis.hget(`${this.#ns}:reviews:rules`, change);
    return stored === null ? [] : rulesSchema.parse(JSON.parse(stored)).findings;
  }

  /** The model's review, while it is about this content. */
  async model(change: string, contentHash: string): Promise<ModelReview | undefined> {
    const stored = await this.#redis.hget(`${this.#ns}:reviews:model`, change);
    if (stored === null) return undefined;
    const review = modelSchema.parse(JSON.parse(stored));
    return review.contentHash === contentHash ? review : undefined;
  }

  /** Keeps a draft until it is an update; the same draft has the same id. */
  async saveDraft(change: string, draft: Draft): Promise<string> {
    const json = JSON.stringify(draft);
    const id = createHash('sha256').update(json).digest('hex').slice(0, 16);
    await this.#redis.hset(`${this.#ns}:drafts`, `${change}/${id}`, json);
    return id;
  }

  async draft(change: string, id: string): Promise<Draft | undefined> {
    const stored = await this.#redis.hget(`${this.#ns}:drafts`, `${change}/${id}`);
    if (stored === null) return undefined;
    const { authorKind, ...draft } = draftSchema.parse(JSON.parse(stored));
    return { ...draft, ...(authorKind === undefined ? {} : { authorKind }) };
  }

  async dropDrafts(change: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#redis.hdel(`${this.#ns}:drafts`, ...ids.map((id) => `${change}/${id}`));
  }
}
