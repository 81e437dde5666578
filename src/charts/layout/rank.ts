import type { LayoutEdge, LayoutNode } from './graph.ts';

/**
 * Arrows that are drawn upwards: those to a node that stands earlier in the list. Whoever wrote the list had an order in
 * mind, and it shows more of that than any order that is found from the arrows alone.
 */
export function upwardEdges(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Set<LayoutEdge> {
  const places = new Map(nodes.map(({ id }, at) => [id, at]));
  return new Set(edges.filter(({ from, to }) => (places.get(to) ?? 0) < (places.get(from) ?? 0)));
}

/**
 * The layer of each node: as far down as the longest way to it. A node that nothing leads to lies just above its first
 * successor, for higher up it would only draw long arrows.
 *
 * @param arcs without cycles
 */
export function layersOf(
  nodes: readonly LayoutNode[],
  arcs: readonly { from: string; to: string }[],
): Map<string, number> {
  const layers = new Map<string, number>();
  const layerOf = (id: string): number => {
    const known = layers.get(id);
    if (known !== undefined) return known;
    const above = arcs.filter(({ to }) => to === id).map(({ from }) => layerOf(from) + 1);
    const layer = Math.max(0, ...above);
    layers.set(id, layer);
    return layer;
  };
  for (const { id } of nodes) layerOf(id);

  for (const { id } of nodes) {
    if (arcs.some(({ to }) => to === id)) continue;
    const below = arcs.filter(({ from }) => from === id).map(({ to }) => layerOf(to));
    if (below.length > 0) layers.set(id, Math.min(...below) - 1);
  }
  return layers;
}
