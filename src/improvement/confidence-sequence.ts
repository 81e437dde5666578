/**
 * Statistics that hold however often one looks. Paired differences x_i = before_i − after_i of a share between 0 and 1
 * that should fall: a positive mean is an improvement.
 */

/** Two-sided error over all looks together. */
export const defaultAlpha = 0.05;
/** Before it the interval, which is exact only for many pairs, is not shown. */
export const firstLook = 10;

// Normal quantiles: 5 % two-sided error, 80 % power.
const z = 1.959964 + 0.841621;

/**
 * How many pairs tell an effect of this size from none: ((z.975 + z.8) · sd / effect)², at least `firstLook`.
 *
 * @param o.sd of the paired differences, in the unit of the effect
 */
export function plannedPairs({ sd, effect }: { sd: number; effect: number }): number {
  if (effect <= 0) return Number.POSITIVE_INFINITY;
  return Math.max(firstLook, Math.ceil(((z * sd) / effect) ** 2));
}

/** The standard deviation of differences between two draws of a share; `count` of `n` are drawn one way and one the other. */
export function sdOfShareDifference({ count, n }: { count: number; n: number }): number {
  const share = (count + 1) / (n + 2);
  return Math.sqrt(2 * share * (1 - share));
}

export interface Interval {
  estimate: number;
  low: number;
  high: number;
  n: number;
}

/**
 * An asymptotic confidence sequence for the mean of the pairs seen so far: it may be looked at after every pair, and is
 * tightest near `plannedN`. Undefined before `firstLook`.
 *
 * Half-width s·√(2(nρ²+1)/(n²ρ²) · ln(√(nρ²+1)/α)) with ρ² = (−2 ln α + ln(1−2 ln α))/n*; Waudby-Smith, Arbour, Sinha,
 * Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences".
 */
export function confidenceSequence(
  differences: readonly number[],
  { plannedN, alpha = defaultAlpha }: { plannedN: number; alpha?: number },
): Interval | undefined {
  const n = differences.length;
  if (n < firstLook) return undefined;
  const estimate = differences.reduce((sum, x) => sum + x, 0) / n;
  const squares = differences.reduce((sum, x) => sum + (x - estimate) ** 2, 0);
  // One more pair at the far end of a share: ten equal pairs do not prove that the next is equal too.
  const sd = Math.sqrt((squares + 1) / n);
  const rho2 = (-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha))) / plannedN;
  const grown = n * rho2 + 1;
  const half = sd * Math.sqrt(((2 * grown) / (n * n * rho2)) * Math.log(Math.sqrt(grown) / alpha));
  return { estimate, low: estimate - half, high: estimate + half, n };
}

/**
 * The estimate drawn towards no effect, as far as its noise asks for: a gain that was picked because it looked large is
 * smaller than it looks.
 *
 * @param o.scale how large an effect was expected before: the standard deviation of a normal prior around zero
 */
export function shrunken(o: { estimate: number; sd: number; n: number; scale: number }): number {
  const prior = o.scale ** 2;
  const noise = o.sd ** 2 / o.n;
  return prior + noise === 0 ? 0 : (o.estimate * prior) / (prior + noise);
}

export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function sdOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}
