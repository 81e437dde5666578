import type { HistoryEntry } from '../../actors/index.ts';
import { staysOf } from './stays.ts';

/** One round of a change: from leaving its rest until it rests again. */
export interface Round {
  fromMs: number;
  toMs: number;
  /** the state that it ended in */
  end: string;
  /** it settled, and was not begun again by a save in between */
  firstPass: boolean;
}

const resting = ['detected', 'settled', 'failed', 'absent', 'archived'];

/** The rounds that are over, oldest first. */
export function roundsOf(history: readonly HistoryEntry[]): Round[] {
  const rounds: Round[] = [];
  let current: { fromMs: number; readings: number } | undefined;
  const last = history.at(-1);
  const stays = staysOf(history);
  const visits = stays.map(({ state, fromMs }) => ({ state, fromMs }));
  // The stay that goes on is a visit all the same: a round ends by entering it.
  if (last !== undefined) visits.push({ state: last.to, fromMs: stays.at(-1)?.toMs ?? last.atMs });
  for (const { state, fromMs } of visits) {
    if (!resting.includes(state)) {
      current ??= { fromMs, readings: 0 };
      if (state === 'reading') current.readings += 1;
    } else if (current !== undefined) {
      const firstPass = state === 'settled' && current.readings <= 1;
      rounds.push({ fromMs: current.fromMs, toMs: fromMs, end: state, firstPass });
      current = undefined;
    }
  }
  return rounds;
}
