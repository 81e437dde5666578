import type { Cell, Chain, LayoutEdge, LayoutNode, Size } from './graph.ts';
import { layersOf, upwardEdges } from './rank.ts';

const BEND_WIDTH = 12;

export interface LayeredGraph {
  /** every layer from above, boxes in the even ones, labels in the odd ones */
  layers: Cell[][];
  chains: Chain[];
  boxes: Map<string, Cell>;
}

/** Puts boxes into layers, and cuts every arrow into pieces from one layer to the next, one of which is its label. */
export function layered(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): LayeredGraph {
  const upward = upwardEdges(nodes, edges);
  const arcs = edges.map((edge) => {
    const reversed = upward.has(edge);
    return { edge, reversed, from: reversed ? edge.to : edge.from, to: reversed ? edge.from : edge.to };
  });
  const ranks = layersOf(nodes, arcs);
  const layers: Cell[][] = [];
  const add = (id: string, layer: number, size: Size & { margin?: number }): Cell => {
    const cell: Cell = { margin: 0, ...size, id, layer, x: 0, above: [], below: [] };
    for (let at = layers.length; at <= layer; at += 1) layers.push([]);
    layers[layer]?.push(cell);
    return cell;
  };

  const boxes = new Map<string, Cell>();
  for (const { id, width, height, margin } of nodes) {
    boxes.set(id, add(id, 2 * (ranks.get(id) ?? 0), { width: width + 2 * margin, height, margin }));
  }
  const chains = arcs.flatMap(({ edge, reversed, from, to }): Chain[] => {
    const [top, bottom] = [boxes.get(from), boxes.get(to)];
    if (top === undefined || bottom === undefined) return [];
    const labelLayer = middleOdd(top.layer, bottom.layer);
    const passed: Cell[] = [];
    for (let layer = top.layer + 1; layer < bottom.layer; layer += 1) {
      const size = layer === labelLayer ? edge.label : { width: BEND_WIDTH, height: 0 };
      passed.push(add(`${edge.id}@${layer}`, layer, size));
    }
    const cells = [top, ...passed, bottom];
    for (const [index, cell] of cells.entries()) {
      const next = cells[index + 1];
      if (next === undefined) continue;
      cell.below.push(next);
      next.above.push(cell);
    }
    return [{ edge, cells, reversed, label: passed.find(({ layer }) => layer === labelLayer) ?? top }];
  });
  return { layers, chains, boxes };
}

/** Labels share the layers between those of the boxes, so that no box has to make room for one. */
function middleOdd(top: number, bottom: number): number {
  const middle = Math.floor((top + bottom) / 2);
  return middle % 2 === 1 ? middle : middle - 1;
}
