import { type LayeredGraph, layered } from './cells.ts';
import type { Cell, Layout, LayoutEdge, LayoutNode, Point } from './graph.ts';
import { orderLayers } from './order.ts';
import { placeCells } from './place.ts';

const LAYER_GAP = 24;

/**
 * Places boxes and arrows from above to below, in the layered manner (Sugiyama, Tagawa and Toda 1981). Arrows from a box
 * to itself are left out: they need no way. Deterministic: the same graph gives the same picture.
 */
export function layOut(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Layout {
  const graph = layered(
    nodes,
    edges.filter(({ from, to }) => from !== to),
  );
  orderLayers(graph.layers);
  placeCells(graph.layers);
  return measured(graph);
}

function measured({ layers, chains, boxes }: LayeredGraph): Layout {
  const cells = layers.flat();
  const left = Math.min(...cells.map(({ x, width }) => x - width / 2));
  const right = Math.max(...cells.map(({ x, width }) => x + width / 2));
  const bands: { top: number; bottom: number }[] = [];
  let bottom = 0;
  for (const layer of layers) {
    const height = Math.max(0, ...layer.map((cell) => cell.height));
    bands.push({ top: bottom, bottom: bottom + height });
    bottom += height + LAYER_GAP;
  }
  const bandOf = (cell: Cell) => bands[cell.layer] ?? { top: 0, bottom: 0 };
  const centre = (cell: Cell): Point => {
    const band = bandOf(cell);
    return { x: cell.x - left, y: (band.top + band.bottom) / 2 };
  };

  const pointsOf = (chain: readonly Cell[]): Point[] =>
    chain.flatMap((cell, index) => {
      const { x, y } = centre(cell);
      const [before, after] = [chain[index - 1], chain[index + 1]];
      if (before === undefined) return [{ x: x + portX(cell, cell.below, after), y: y + cell.height / 2 }];
      if (after === undefined) return [{ x: x + portX(cell, cell.above, before), y: y - cell.height / 2 }];
      // Straight through the band, so that an arrow bends only between layers and stays clear of the boxes.
      const band = bandOf(cell);
      return [
        { x, y: band.top },
        { x, y: band.bottom },
      ];
    });
  const edges = chains.map(({ edge, cells: passed, label, reversed }) => {
    const points = pointsOf(passed);
    return [edge.id, { points: reversed ? points.reverse() : points, label: centre(label) }] as const;
  });
  return {
    width: right - left,
    height: Math.max(0, bottom - LAYER_GAP),
    nodes: new Map([...boxes].map(([id, cell]) => [id, centre(cell)])),
    edges: new Map(edges),
  };
}

/** Where an arrow leaves a box, from its middle: those of one side share its width, in the order of where they lead. */
function portX(box: Cell, neighbours: readonly Cell[], neighbour: Cell | undefined): number {
  if (neighbour === undefined) return 0;
  const at = neighbours.toSorted((a, b) => a.x - b.x).indexOf(neighbour);
  return (box.width - 2 * box.margin) * ((at + 1) / (neighbours.length + 1) - 0.5);
}
