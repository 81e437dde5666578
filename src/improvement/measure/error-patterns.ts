import type { Failure } from '../facts/failures.ts';
import { maskMessage } from './mask.ts';
import type { ErrorPattern } from './metrics.ts';

const exampleLength = 200;

/** Failures by pattern, the commonest first. */
export function errorPatterns(failures: readonly (Failure & { machine: string })[]): ErrorPattern[] {
  const patterns = new Map<string, ErrorPattern>();
  for (const { machine, source, message } of failures) {
    const template = maskMessage(message);
    const key = JSON.stringify([machine, source, template]);
    const example = message.slice(0, exampleLength);
    const pattern = patterns.get(key) ?? { machine, source, template, count: 0, example };
    pattern.count += 1;
    patterns.set(key, pattern);
  }
  return [...patterns.values()].sort((a, b) => b.count - a.count || (a.template < b.template ? -1 : 1));
}
