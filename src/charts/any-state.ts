import { type Chart, type ChartEdge, type ChartState, statesOf } from './chart.ts';

/** How the stand-in is shown. */
export const ANY_STATE = 'any state';

/** The path of the stand-in of a state: no state has it, for their names hold no star. */
export function standInPath(path: string): string {
  return `${path}*`;
}

/** Whether a transition leads from a state into itself: both Mermaid and a layered layout need two separate ends. */
export function leadsInward(edge: ChartEdge): boolean {
  return edge.to !== undefined && edge.to !== edge.from && isWithin(edge.to, edge.from);
}

/** Whether a path lies at or under another one. */
export function isWithin(path: string, outer: string): boolean {
  return outer === '' || path === outer || path.startsWith(`${outer}.`);
}

/**
 * The states in which a stand-in, "any state" of theirs, has to be drawn: as the other end of such transitions, and as
 * the place to say what they do without leaving, for a box that holds others has no room for that.
 */
export function statesWithStandIn(chart: Chart): ChartState[] {
  const sources = new Set(
    chart.edges.filter((edge) => edge.to === undefined || leadsInward(edge)).map(({ from }) => from),
  );
  return statesOf(chart.root).filter(({ path, states }) => states.length > 0 && sources.has(path));
}
