import type { Cell } from './graph.ts';

const ROUNDS = 24;
const GAP = 18;

/**
 * Gives every cell its x: each layer in turn moves as near as it can to its neighbours' means without changing its order
 * or touching, which for one layer is solved exactly.
 */
export function placeCells(layers: readonly Cell[][]): void {
  for (const layer of layers) settle(layer, () => 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    const sides = round % 2 === 0 ? (['above', 'below'] as const) : (['below', 'above'] as const);
    for (const layer of round % 2 === 0 ? layers : layers.toReversed()) {
      settle(layer, (cell) => meanX(cell, sides[0]) ?? meanX(cell, sides[1]) ?? cell.x);
    }
  }
}

function meanX(cell: Cell, side: 'above' | 'below'): number | undefined {
  const neighbours = cell[side];
  if (neighbours.length === 0) return undefined;
  return neighbours.reduce((sum, { x }) => sum + x, 0) / neighbours.length;
}

/** A run of cells that touch: they share one shift. */
interface Run {
  cells: number;
  weight: number;
  sum: number;
}

/**
 * The least squares of distances to the wished places under a least distance between neighbours: pool adjacent violators
 * on the places minus the room that the cells before them need.
 */
function settle(layer: readonly Cell[], wish: (cell: Cell) => number): void {
  const offsets = offsetsOf(layer);
  const runs: Run[] = [];
  for (const [at, cell] of layer.entries()) {
    // A bend may not be moved aside for what has room enough: its arrow would zigzag.
    const weight = cell.height === 0 ? 4 : 1;
    runs.push({ cells: 1, weight, sum: weight * (wish(cell) - (offsets[at] ?? 0)) });
    for (
      let last = runs.at(-1), before = runs.at(-2);
      last && before;
      last = runs.at(-1), before = runs.at(-2)
    ) {
      if (before.sum / before.weight <= last.sum / last.weight) break;
      runs.pop();
      before.cells += last.cells;
      before.weight += last.weight;
      before.sum += last.sum;
    }
  }
  const shifts = runs.flatMap(({ cells, sum, weight }) => Array.from({ length: cells }, () => sum / weight));
  for (const [at, cell] of layer.entries()) cell.x = (shifts[at] ?? 0) + (offsets[at] ?? 0);
}

/** Where each cell would stand in a row without gaps wider than needed. */
function offsetsOf(layer: readonly Cell[]): number[] {
  const offsets: number[] = [];
  let right = 0;
  for (const { width } of layer) {
    offsets.push(right + width / 2);
    right += width + GAP;
  }
  return offsets;
}
