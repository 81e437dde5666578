import { z } from 'zod';

/** How long something took, in seconds, and how often it was seen. Without observations there are no quantiles. */
export const secondsSchema = z.object({
  n: z.number().int(),
  total: z.number(),
  p50: z.number().optional(),
  p95: z.number().optional(),
});
export type Seconds = z.infer<typeof secondsSchema>;

/** A share of `n` observations; no `share` where there are none. */
export const shareSchema = z.object({
  n: z.number().int(),
  count: z.number().int(),
  share: z.number().optional(),
});
export type Share = z.infer<typeof shareSchema>;

/** Nearest rank: always a value that was observed. */
export function secondsOf(durationsMs: readonly number[]): Seconds {
  const sorted = durationsMs.toSorted((a, b) => a - b);
  const n = sorted.length;
  const total = sorted.reduce((sum, value) => sum + value, 0) / 1000;
  const rank = (p: number) => (sorted[Math.ceil(p * n) - 1] ?? 0) / 1000;
  return n === 0 ? { n, total } : { n, total, p50: rank(0.5), p95: rank(0.95) };
}

export function shareOf(count: number, n: number): Share {
  return n === 0 ? { n, count } : { n, count, share: count / n };
}
