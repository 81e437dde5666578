import { UserError } from '../errors.ts';
import type { ListOptions } from './api.ts';

const standardPage = 100;

/** The most that one page of a list holds. */
export const longestPage = 1000;

export function limitOf(options: ListOptions): number {
  return Math.min(Math.max(1, options.limit ?? standardPage), longestPage);
}

/** For an action on an id that names nothing. */
export function unknownId(what: string, id: string, next: string): UserError {
  return new UserError(`there is no such ${what}`, { which: id, next, code: 'not-found' });
}
