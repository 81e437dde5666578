import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ConflictError, RetryableError, StaleError, toError, UserError } from '../errors.ts';

/** An error as RFC 9457 shows it, with the parts of a UserError as extension members. */
export interface Problem {
  type: string;
  title: string;
  status: ContentfulStatusCode;
  code: string;
  detail?: string;
  which?: string;
  why?: string;
  next?: string;
  /** under which the log has an error that nobody foresaw */
  id?: string;
}

/** An error that nobody foresaw, for the log: the response only names `id`. */
export interface UnforeseenError {
  id: string;
  method: string;
  path: string;
  error: Error;
}

export function problem(
  status: ContentfulStatusCode,
  code: string,
  title: string,
  details: Pick<Problem, 'detail' | 'which' | 'why' | 'next' | 'id'> = {},
): Problem {
  return { type: `urn:specloop:problem:${code}`, title, status, code, ...details };
}

/** What the class of an error says to an HTTP client. */
export function problemOf(thrown: unknown): Problem {
  const error = toError(thrown);
  if (error instanceof UserError) return problemOfUserError(error);
  if (error instanceof ConflictError) return problem(409, 'conflict', error.message);
  if (error instanceof StaleError) return problem(409, 'stale', error.message);
  if (error instanceof RetryableError) return problem(503, 'try-again', error.message);
  const id = randomBytes(6).toString('hex');
  return problem(500, 'internal', 'something went wrong inside specloop', {
    next: `look for ${id} in the log of the worker`,
    id,
  });
}

function problemOfUserError(error: UserError): Problem {
  return problem(statusOf(error), error.code, error.message, {
    ...(error.which === undefined ? {} : { which: error.which }),
    ...(error.why === undefined ? {} : { why: error.why, detail: error.why }),
    ...(error.next === undefined ? {} : { next: error.next }),
  });
}

function statusOf(error: UserError): ContentfulStatusCode {
  if (error.code === 'not-found') return 404;
  if (error.code === 'not-supported') return 501;
  if (error.code === 'usage' || error.exitCode === 2) return 400;
  return error.exitCode === 3 ? 503 : 422;
}

/** Answers with a problem document. */
export function sendProblem(c: Context, body: Problem): Response {
  return c.body(JSON.stringify(body), body.status, { 'content-type': 'application/problem+json' });
}
