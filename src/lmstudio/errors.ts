import { TerminalError } from '../errors.ts';

/** The same text in smaller pieces may pass: the caller splits and asks again. */
export class TooLargeError extends TerminalError {
  override name = 'TooLargeError';
}

/** The prompt, or the prompt and its answer together, do not fit the model's context. */
export class ContextTooLongError extends TooLargeError {
  override name = 'ContextTooLongError';
}

/** The answer was cut off at its limit of tokens; what came is not used, for half a list looks like a whole one. */
export class AnswerTooLongError extends TooLargeError {
  override name = 'AnswerTooLongError';
}
