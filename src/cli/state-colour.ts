import type { Cell } from './table.ts';
import type { Colour } from './terminal.ts';

const COLOURS: Record<string, Colour> = {
  settled: 'green',
  applied: 'green',
  answered: 'green',
  failed: 'red',
  conflicted: 'red',
  rejected: 'red',
  rolledBack: 'red',
  escalated: 'yellow',
  awaitingApproval: 'yellow',
  waitingForRepository: 'yellow',
  absent: 'dim',
  archived: 'dim',
  cancelled: 'dim',
  expired: 'dim',
};

/** A state as a table shows it. The word says it all; the colour only helps. */
export function stateCell(state: string): Cell {
  const colour = COLOURS[state];
  return colour === undefined ? { text: state } : { text: state, colour };
}
