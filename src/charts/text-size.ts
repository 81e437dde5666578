import type { Size } from './layout/graph.ts';

/** From one line to the next, in pixels. */
export const LINE_HEIGHT = 16;

/** About how much room lines of text take: no font is at hand to measure with, so it is rather too much. */
export function sizeOf(lines: readonly string[]): Size {
  const longest = Math.max(0, ...lines.map((line) => line.length));
  return { width: longest * 6.7 + 6, height: lines.length * LINE_HEIGHT };
}
