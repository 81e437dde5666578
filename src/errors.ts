/**
 * The error classes of specloop. The class is the policy: what throws one says, by its class alone,
 * whether the work is tried again, dropped, or shown to a person.
 */

/** Never tried again: the same input would fail the same way. */
export class TerminalError extends Error {
  override name = 'TerminalError';
}

/** Tried again by the queue that owns the work, not before `retryAfterMs` (milliseconds) when it is given. */
export class RetryableError extends Error {
  override name = 'RetryableError';
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Somebody else's work stands where ours was to go; both sides are kept. */
export class ConflictError extends Error {
  override name = 'ConflictError';
}

/** Came too late to count: counted and dropped. */
export class StaleError extends Error {
  override name = 'StaleError';
}

/** Exit codes of the command line (CONTRACT: 0 fine, 1 failed, 2 usage, 3 dependency, 4 findings, 130 interrupted). */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130;

/** A message for a person: what went wrong, with which thing, why, and what to do next. */
export class UserError extends Error {
  override name = 'UserError';
  readonly which: string | undefined;
  readonly why: string | undefined;
  readonly next: string | undefined;
  readonly exitCode: ExitCode;
  readonly code: string;

  /**
   * @param what one sentence without a full stop
   * @param details `which` names the file, key or address; `next` is the remedy; `code` is a stable kebab-case id
   */
  constructor(
    what: string,
    details: {
      which?: string;
      why?: string;
      next?: string;
      exitCode?: ExitCode;
      code?: string;
      cause?: unknown;
    } = {},
  ) {
    super(what, { cause: details.cause });
    this.which = details.which;
    this.why = details.why;
    this.next = details.next;
    this.exitCode = details.exitCode ?? 1;
    this.code = details.code ?? 'failed';
  }
}

/** What an error becomes in JSON: in a history entry, an error event or an HTTP problem. */
export interface ErrorRecord {
  name: string;
  message: string;
  code?: string;
}

/** Turns whatever was thrown into an Error, once, at the edge. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  if (thrown !== null && typeof thrown === 'object' && 'message' in thrown) {
    return Object.assign(new Error(String(thrown.message)), thrown);
  }
  return new Error(typeof thrown === 'string' ? thrown : `a non-error was thrown: ${JSON.stringify(thrown)}`);
}

/** The JSON form of whatever was thrown. */
export function toErrorRecord(thrown: unknown): ErrorRecord {
  const error = toError(thrown);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { name: error.name, message: error.message, ...(code === undefined ? {} : { code }) };
}

/** One text for a terminal: what (which): why. Next step on a line of its own. */
export function describeError(thrown: unknown): string {
  const error = toError(thrown);
  if (!(error instanceof UserError)) return error.message;
  const head = error.which === undefined ? error.message : `${error.message}: ${error.which}`;
  const why = error.why === undefined ? '' : `\n  why:  ${error.why}`;
  const next = error.next === undefined ? '' : `\n  next: ${error.next}`;
  return `${head}${why}${next}`;
}
