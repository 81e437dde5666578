import { type Insight, minimumN } from '../insight.ts';
import type { Metrics } from '../measure/metrics.ts';

/** Errors that came again and again, and work that had to be repeated. */
export function errorInsights({ errors, counters }: Metrics): Insight[] {
  const patterns = errors
    .filter(({ count }) => count >= minimumN.errors)
    .map(
      ({ machine, source, template, count }): Insight => ({
        id: `errors.${machine}.${source}.${template}`,
        kind: 'errors',
        subject: source,
        text: `${source} failed ${count} times: ${template}`,
        n: count,
        evidence: { count },
      }),
    );
  const repeated = Object.entries(counters)
    .filter(([name, count]) => name.startsWith('repeated:') && count >= minimumN.errors)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]): Insight => {
      const source = name.slice('repeated:'.length);
      return {
        id: `errors.repeated.${source}`,
        kind: 'errors',
        subject: source,
        text: `${source} was tried again ${count} times since counting began`,
        n: count,
        evidence: { count },
      };
    });
  return [...patterns, ...repeated];
}
