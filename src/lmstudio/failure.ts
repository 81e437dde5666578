import { APIConnectionError, APIError } from 'openai';
import { z } from 'zod';
import { RetryableError, TerminalError } from '../errors.ts';
import { ContextTooLongError } from './errors.ts';
import { rootCause, shortText } from './short-text.ts';

/**
 * What a failed call means for the queue. LM Studio's `error` is an object or a string, and its status says little
 * (a crash may be a 400, an unknown path is a 200), so the text decides first.
 */
export interface Failure {
  status: number | undefined;
  message: string;
  code?: string | undefined;
  retryAfterMs?: number | undefined;
}

const CONTEXT = [
  'n_keep',
  'n_ctx',
  'context length',
  'context size',
  'context the overflows',
  'context overflow',
  'exceed_context_size',
  'maximum context',
];
const GONE = [
  'no models loaded',
  'model unloaded',
  'model is unloaded',
  'has crashed',
  'channel error',
  'predict request failed',
  'loading model',
];
const UNKNOWN_MODEL = ['model_not_found', 'invalid model identifier'];

/** The error whose class says what to do about it. */
export function errorOf(failure: Failure, model: string): Error {
  const said = shortText(failure.message);
  const text = `${failure.code ?? ''} ${failure.message}`.toLowerCase();
  const has = (marks: readonly string[]) => marks.some((mark) => text.includes(mark));
  const { status } = failure;
  if (status === 401 || status === 403) {
    return new TerminalError(`LM Studio refuses the token (${said}): set LM_API_TOKEN to a valid one`);
  }
  if (has(UNKNOWN_MODEL)) {
    return new TerminalError(
      `LM Studio has no model "${model}" (${said}): load it, or change lm_studio.model`,
    );
  }
  if (has(GONE)) return new RetryableError(`the model "${model}" went away: ${said}`);
  // With 5xx it is the shared context of all calls in flight that was exceeded, not this prompt.
  if (has(CONTEXT) && (status ?? 400) < 500) {
    return new ContextTooLongError(`the text is too long for "${model}": ${said}`);
  }
  if (text.includes('unexpected endpoint')) {
    return new TerminalError(`the server has no chat completions (${said}): check LM_STUDIO_BASE_URL`);
  }
  if (status === undefined || status < 400 || status >= 500 || [408, 409, 425, 429].includes(status)) {
    const retry = failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs };
    return new RetryableError(`LM Studio failed: ${said}`, retry);
  }
  return new TerminalError(`LM Studio refuses the request (HTTP ${status}): ${said}`);
}

/** Turns what the SDK threw into the error whose class says what to do about it. */
export function errorOfThrown(thrown: unknown, model: string): Error {
  if (thrown instanceof APIConnectionError) {
    return new RetryableError(`the connection to LM Studio broke: ${rootCause(thrown)}`, { cause: thrown });
  }
  if (thrown instanceof APIError) {
    return errorOf(
      {
        status: typeof thrown.status === 'number' ? thrown.status : undefined,
        message: messageOfBody(thrown.error) ?? thrown.message,
        code: typeof thrown.code === 'string' ? thrown.code : undefined,
        retryAfterMs: retryAfterMs(thrown.headers),
      },
      model,
    );
  }
  // The SDK throws a bare SyntaxError for a body that is not JSON.
  return new RetryableError(`LM Studio sent something that is no answer: ${rootCause(thrown)}`, {
    cause: thrown,
  });
}

const errorBody = z.union([
  z.string(),
  z.looseObject({ message: z.string() }).transform((body) => body.message),
]);

function messageOfBody(body: unknown): string | undefined {
  const parsed = errorBody.safeParse(body);
  return parsed.success ? parsed.data : undefined;
}

function retryAfterMs(headers: Headers | undefined): number | undefined {
  const seconds = Number(headers?.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, 3_600_000) : undefined;
}
