import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { WorkflowApi } from '../workflow/api.ts';

/** What a route is given beside its own query and body. */
export interface RouteInput {
  workflow: WorkflowApi;
  /** the decoded id of the path, empty where the path has none */
  id: string;
  /** who acts where the request does not say: whoever may send one acts as the user of the worker */
  person: string;
  /** aborts when the client goes away or the server closes */
  signal: AbortSignal;
  /** of the `Idempotency-Key` header */
  idempotencyKey: string | undefined;
}

/** The statuses of an answer that is no problem; 503 is that of `/readyz`. */
export type Status = 200 | 201 | 202 | 503;

/** A route as the OpenAPI document describes it. */
export interface RouteDescription {
  method: 'get' | 'post';
  /** with `:id` where an id stands */
  path: string;
  summary: string;
  status: Status;
  contentType: 'application/json' | 'text/plain' | 'text/event-stream' | 'text/vnd.mermaid';
  query: z.ZodType;
  body: z.ZodType | undefined;
  response: z.ZodType;
}

/** A route that answers once: a value, or a `Reply` where the status depends on the outcome. */
export interface Route extends RouteDescription {
  run(input: RouteInput, raw: { query: unknown; body: unknown }): Promise<unknown>;
}

/** An answer with a status of its own. */
export class Reply {
  readonly status: Status;
  readonly body: unknown;

  constructor(status: Status, body: unknown) {
    this.status = status;
    this.body = body;
  }
}

/** The query of a route that has none. */
export const noQuery = z.object({});

/** A GET route. */
export function get<Query extends z.ZodType>(definition: {
  path: string;
  summary: string;
  query: Query;
  response: z.ZodType;
  contentType?: 'application/json' | 'text/plain';
  handle(input: RouteInput & { query: z.output<Query> }): Promise<unknown>;
}): Route {
  const { path, summary, query, response, handle, contentType = 'application/json' } = definition;
  return {
    ...{ method: 'get', path, summary, status: 200, contentType, query, body: undefined, response },
    run: (input, raw) => handle({ ...input, query: parse(query, raw.query, 'query') }),
  };
}

/** A POST route. `status` is that of success. */
export function post<Body extends z.ZodType>(definition: {
  path: string;
  summary: string;
  body: Body;
  response: z.ZodType;
  status?: Status;
  handle(input: RouteInput & { body: z.output<Body> }): Promise<unknown>;
}): Route {
  const { path, summary, body, response, handle, status = 200 } = definition;
  return {
    ...{ method: 'post', path, summary, status, contentType: 'application/json', body, response },
    query: noQuery,
    run: (input, raw) => handle({ ...input, body: parse(body, raw.body, 'body') }),
  };
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: 'query' | 'body',
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || what}: ${issue.message}`);
  throw new UserError(`the ${what} of this request is not as it should be`, {
    code: 'usage',
    exitCode: 2,
    why: issues.join('; '),
    next: 'GET /api/openapi.json describes every route',
  });
}

/** The error of an id that names nothing. */
export function notFound(what: string, id: string, list: string): UserError {
  return new UserError(`there is no such ${what}`, {
    which: id,
    code: 'not-found',
    next: `GET ${list} lists them`,
  });
}
