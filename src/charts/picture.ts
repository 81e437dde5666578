import { ANY_STATE, standInPath, statesWithStandIn } from './any-state.ts';
import { arrowsAmong } from './arrows.ts';
import type { Chart, ChartEdge, ChartState } from './chart.ts';
import type { LayoutEdge, LayoutNode, Point } from './layout/graph.ts';
import { layOut } from './layout/layout.ts';
import type { Arrow, Box, Picture } from './shapes.ts';
import { LINE_HEIGHT, sizeOf } from './text-size.ts';

const PADDING = 24;
const LOOP = 26;

/** Draws a chart: where each state and each transition lies. Nested states are laid out first, and placed as one box. */
export function pictureOf(chart: Chart): Picture {
  const standIns = new Set(statesWithStandIn(chart).map(({ path }) => path));
  return inside(chart.root, { edges: chart.edges, standIns });
}

interface Surroundings {
  edges: readonly ChartEdge[];
  standIns: ReadonlySet<string>;
}

type Drawing = Box & { inner: Picture | undefined };

/** What lies in a state, from its own corner (0, 0) on. */
function inside(state: ChartState, around: Surroundings): Picture {
  const children = state.states.map((child) => drawing(child, { ...around, initial: state.initial }));
  if (around.standIns.has(state.path)) children.unshift(standIn(state.path));
  const arrows = arrowsAmong(children, { within: state.path, edges: around.edges });
  const placed = layOut(
    children.map(
      ({ path, width, height }): LayoutNode => ({ id: path, width, height, margin: marginOf(path, arrows) }),
    ),
    arrows.map(
      ({ from, to, labels }): LayoutEdge => ({ id: `${from}>${to}`, from, to, label: sizeOf(labels) }),
    ),
  );

  const boxes: Box[] = [];
  const inner: Arrow[] = [];
  for (const { inner: nested, ...box } of children) {
    const centre = placed.nodes.get(box.path) ?? { x: 0, y: 0 };
    const corner = { x: PADDING + centre.x - box.width / 2, y: PADDING + centre.y - box.height / 2 };
    boxes.push({ ...box, ...corner });
    if (nested === undefined) continue;
    const offset = { x: corner.x, y: corner.y + LINE_HEIGHT * (1 + box.lines.length) };
    boxes.push(...nested.boxes.map((child) => ({ ...child, x: child.x + offset.x, y: child.y + offset.y })));
    inner.push(...nested.arrows.map((arrow) => moved(arrow, offset)));
  }
  const drawn = arrows.map((arrow): Arrow => {
    const way = placed.edges.get(`${arrow.from}>${arrow.to}`);
    if (way !== undefined)
      return moved({ ...arrow, points: way.points, labelAt: way.label }, { x: PADDING, y: PADDING });
    const box = boxes.find(({ path }) => path === arrow.from);
    return box === undefined ? arrow : { ...arrow, ...loopAt(box, arrow.labels) };
  });
  return {
    width: placed.width + 2 * PADDING,
    height: placed.height + 2 * PADDING,
    boxes,
    arrows: [...drawn, ...inner],
  };
}

function drawing(state: ChartState, around: Surroundings & { initial: string | undefined }): Drawing {
  const { path, kind, name } = state;
  const lines = linesOf(state);
  const inner = state.states.length === 0 ? undefined : inside(state, around);
  const text = sizeOf([name, ...lines]);
  const size =
    inner === undefined
      ? { width: Math.max(72, text.width + 16), height: text.height + 12 }
      : {
          width: Math.max(inner.width, text.width + 16),
          height: inner.height + LINE_HEIGHT * (1 + lines.length),
        };
  return { path, kind, name, lines, inner, x: 0, y: 0, isInitial: path === around.initial, ...size };
}

function linesOf({ kind, history, invokes }: ChartState): string[] {
  return kind === 'history' ? [`${history} history`] : invokes.map(({ src }) => `do / ${src}`);
}

function standIn(path: string): Drawing {
  const size = { width: sizeOf([ANY_STATE]).width + 20, height: LINE_HEIGHT + 12 };
  const place = { x: 0, y: 0, isInitial: false, inner: undefined };
  return { path: standInPath(path), kind: 'any', name: ANY_STATE, lines: [], ...size, ...place };
}

/** The room beside a box that its arrows to itself take. */
function marginOf(path: string, arrows: readonly Arrow[]): number {
  const own = arrows.filter(({ from, to }) => from === path && to === path);
  return Math.max(0, ...own.map(({ labels }) => LOOP + sizeOf(labels).width));
}

/** The way from a box to itself, at its right side, and its label beside it. */
function loopAt(box: Box, labels: readonly string[]): { points: Point[]; labelAt: Point } {
  const right = box.x + box.width;
  const middle = box.y + box.height / 2;
  const points = [
    { x: right, y: middle - 8 },
    { x: right + LOOP, y: middle - 8 },
    { x: right + LOOP, y: middle + 8 },
    { x: right, y: middle + 8 },
  ];
  return { points, labelAt: { x: right + LOOP + sizeOf(labels).width / 2, y: middle } };
}

function moved<Item extends Arrow>(arrow: Item, by: Point): Arrow {
  const shift = ({ x, y }: Point) => ({ x: x + by.x, y: y + by.y });
  return { ...arrow, points: arrow.points.map(shift), labelAt: shift(arrow.labelAt) };
}
