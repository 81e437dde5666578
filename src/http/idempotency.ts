import { createHash } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from './place.ts';
import { problem, sendProblem } from './problem.ts';

/** The first response to an `Idempotency-Key`. */
export interface StoredResponse {
  status: number;
  contentType: string;
  body: string;
  /** of the request's body: the same key with another body is a mistake of the client */
  fingerprint: string;
}

/** Where first responses are kept. They may be forgotten after a day. */
export interface IdempotencyStore {
  get(key: string): Promise<StoredResponse | undefined>;
  put(key: string, response: StoredResponse): Promise<void>;
}

/** Keeps the last thousand responses of this process. */
export function memoryIdempotencyStore(most = 1000): IdempotencyStore {
  const kept = new Map<string, StoredResponse>();
  return {
    async get(key) {
      return kept.get(key);
    },
    async put(key, response) {
      kept.set(key, response);
      const oldest = kept.keys().next();
      if (kept.size > most && oldest.done !== true) kept.delete(oldest.value);
    },
  };
}

/**
 * Answers a POST that repeats an `Idempotency-Key` with the first response; one that comes while the first still runs
 * waits for it. A failure of ours (5xx) is not kept, so a client may try again under the same key.
 */
export function idempotency(store: IdempotencyStore): MiddlewareHandler<HttpEnv> {
  const running = new Map<string, Promise<StoredResponse>>();

  return async (c, next) => {
    const clientKey = c.req.header('idempotency-key');
    if (c.req.method !== 'POST' || clientKey === undefined) return next();
    if (clientKey.length === 0 || clientKey.length > 255) {
      return sendProblem(c, problem(400, 'usage', 'an Idempotency-Key has 1 to 255 characters'));
    }
    const key = hash(`${c.req.path}\n${clientKey}`);
    const fingerprint = hash(await c.req.text());

    const first = running.get(key);
    if (first !== undefined) return replay(await first, fingerprint);

    let ranHere = false;
    const run = async (): Promise<StoredResponse> => {
      const kept = await store.get(key);
      if (kept !== undefined) return kept;
      ranHere = true;
      await next();
      const response = await toStored(c.res.clone(), fingerprint);
      if (response.status < 500) await store.put(key, response);
      return response;
    };
    const result = run().finally(() => running.delete(key));
    running.set(key, result);
    const response = await result;
    return ranHere ? undefined : replay(response, fingerprint);
  };
}

async function toStored(response: Response, fingerprint: string): Promise<StoredResponse> {
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? 'application/json',
    body: await response.text(),
    fingerprint,
  };
}

function replay(stored: StoredResponse, fingerprint: string): Response {
  if (stored.fingerprint !== fingerprint) {
    return Response.json(
      problem(422, 'idempotency-key-reused', 'this Idempotency-Key was used with another body'),
      {
        status: 422,
        headers: { 'content-type': 'application/problem+json' },
      },
    );
  }
  return new Response(stored.body, {
    status: stored.status,
    headers: { 'content-type': stored.contentType, 'idempotency-replayed': 'true' },
  });
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
