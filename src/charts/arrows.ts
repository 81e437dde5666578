import { ANY_STATE, isWithin, leadsInward, standInPath } from './any-state.ts';
import type { ChartEdge } from './chart.ts';
import type { Arrow } from './shapes.ts';
import { edgeText } from './words.ts';

const MOST_LABELS = 5;

/**
 * The transitions whose ends lie in two different boxes of this state, or in one. One that ends deeper within a box is
 * drawn to the box, and says where it begins and ends.
 */
export function arrowsAmong(
  boxes: readonly { path: string }[],
  around: { within: string; edges: readonly ChartEdge[] },
): Arrow[] {
  const arrows = new Map<string, { from: string; to: string; edges: ChartEdge[] }>();
  for (const edge of around.edges) {
    if (edge.to === undefined) continue;
    const { to } = edge;
    const isOurs = leadsInward(edge) && edge.from === around.within;
    const fromBox = isOurs
      ? standInPath(around.within)
      : boxes.find((box) => isWithin(edge.from, box.path))?.path;
    const toBox = boxes.find((box) => isWithin(to, box.path))?.path;
    if (fromBox === undefined || toBox === undefined) continue;
    // Both ends within one box: it is drawn there, unless it is that box's own.
    if (fromBox === toBox && edge.from !== fromBox && edge.to !== fromBox) continue;
    if (leadsInward(edge) && !isOurs) continue;
    const key = `${fromBox}>${toBox}`;
    const known = arrows.get(key) ?? { from: fromBox, to: toBox, edges: [] };
    known.edges.push(edge);
    arrows.set(key, known);
  }
  return [...arrows.values()].map(({ from, to, edges: merged }) => ({
    ...{ from, to, edges: merged, points: [], labelAt: { x: 0, y: 0 } },
    labels: shortened(merged.map((edge) => ends(edge, { from, to }) + edgeText(edge, { actions: false }))),
    title: merged
      .map((edge) => `${edge.from || ANY_STATE} → ${edge.to}: ${edgeText(edge, { actions: true })}`)
      .join('\n'),
  }));
}

function ends(edge: ChartEdge, box: { from: string; to: string }): string {
  const from = edge.from === box.from || leadsInward(edge) ? '' : `${edge.from.slice(box.from.length + 1)}: `;
  const to = edge.to === box.to ? '' : `→ ${edge.to?.slice(box.to.length + 1)}: `;
  return `${from}${to}`;
}

function shortened(labels: string[]): string[] {
  const different = [...new Set(labels)];
  if (different.length <= MOST_LABELS) return different;
  return [...different.slice(0, MOST_LABELS - 1), `and ${different.length - MOST_LABELS + 1} more`];
}
