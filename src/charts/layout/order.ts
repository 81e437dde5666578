import type { Cell } from './graph.ts';

const SWEEPS = 24;

/**
 * Orders each layer so that few arrows cross: again and again each cell moves to the mean place of its neighbours in the
 * layer before, downwards and upwards in turn (Sugiyama, Tagawa and Toda 1981); the best order found is kept.
 */
export function orderLayers(layers: Cell[][]): void {
  let best = layers.map((layer) => [...layer]);
  let fewest = crossings(layers);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep += 1) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : layers.toReversed()) {
      sortByNeighbours(layer, { layers, side: down ? 'above' : 'below' });
    }
    const found = crossings(layers);
    if (found >= fewest) continue;
    fewest = found;
    best = layers.map((layer) => [...layer]);
  }
  for (const [index, layer] of best.entries()) layers[index]?.splice(0, layer.length, ...layer);
}

function sortByNeighbours(layer: Cell[], o: { layers: Cell[][]; side: 'above' | 'below' }): void {
  const places = placesOf(o.layers);
  const mean = (cell: Cell) => {
    const neighbours = cell[o.side];
    if (neighbours.length === 0) return places.get(cell) ?? 0;
    return neighbours.reduce((sum, neighbour) => sum + (places.get(neighbour) ?? 0), 0) / neighbours.length;
  };
  const means = new Map(layer.map((cell) => [cell, mean(cell)]));
  layer.sort((a, b) => (means.get(a) ?? 0) - (means.get(b) ?? 0));
}

/** Where a cell stands in its layer, from 0 to 1, so that layers of different sizes compare. */
function placesOf(layers: Cell[][]): Map<Cell, number> {
  return new Map(
    layers.flatMap((layer) => layer.map((cell, at) => [cell, (at + 0.5) / layer.length] as const)),
  );
}

function crossings(layers: Cell[][]): number {
  let count = 0;
  for (const [index, layer] of layers.entries()) {
    const places = new Map((layers[index + 1] ?? []).map((cell, at) => [cell, at]));
    const ends = layer.flatMap((cell) =>
      cell.below.map((next) => places.get(next) ?? 0).sort((a, b) => a - b),
    );
    for (const [at, end] of ends.entries()) {
      for (let later = at + 1; later < ends.length; later += 1) if ((ends[later] ?? 0) < end) count += 1;
    }
  }
  return count;
}
