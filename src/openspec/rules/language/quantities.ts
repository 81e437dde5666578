/** Counts, durations and sizes: "3 times", "500 ms", "10%". A version or a step's number is none. */
const QUANTITY =
  /(?<![\w.])(\d+(?:\.\d+)?)\s?(%|(?:ms|milliseconds?|s|sec|seconds?|min|minutes?|hours?|days?|weeks?|months?|years?|bytes?|kb|mb|gb|kib|mib|gib|times|attempts?|retries|items?|entries|characters?|chars?|lines?|rows?|users?|requests?|connections?|files?|percent|pixels?|px)\b)/gi;

export interface Quantity {
  value: number;
  unit: string;
}

/** The quantities of a text in order. */
export function quantities(text: string): Quantity[] {
  return [...text.matchAll(QUANTITY)].map((match) => ({
    value: Number(match[1]),
    unit: singular((match[2] ?? '').toLowerCase()),
  }));
}

function singular(unit: string): string {
  return unit.length > 2 && unit.endsWith('s') && unit !== 'ms' ? unit.slice(0, -1) : unit;
}
