import type { HistoryEntry } from '../../actors/index.ts';

/** From entering a state to leaving it. Nested states count as their top one. */
export interface Stay {
  state: string;
  fromMs: number;
  toMs: number;
}

/** `matching` of `matching.searching`. */
export function topOf(value: string): string {
  const dot = value.indexOf('.');
  return dot === -1 ? value : value.slice(0, dot);
}

/** The stays that are over, oldest first. Entering a state anew from itself goes on with the same stay. */
export function staysOf(history: readonly HistoryEntry[]): Stay[] {
  const stays: Stay[] = [];
  let current: { state: string; fromMs: number } | undefined;
  for (const { to, atMs } of history) {
    const state = topOf(to);
    if (current?.state === state) continue;
    if (current !== undefined) stays.push({ ...current, toMs: atMs });
    current = { state, fromMs: atMs };
  }
  return stays;
}
