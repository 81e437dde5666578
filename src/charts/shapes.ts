import type { ChartEdge, ChartState } from './chart.ts';
import type { Point, Size } from './layout/graph.ts';

/** A box of a picture, in pixels; `lines` is what stands in it under its name. */
export interface Box extends Size {
  /** of its state; that of a stand-in ends in `*` */
  path: string;
  kind: ChartState['kind'] | 'any';
  name: string;
  lines: string[];
  /** its upper left corner */
  x: number;
  y: number;
  isInitial: boolean;
}

/** All transitions from one box to another as one arrow. */
export interface Arrow {
  from: string;
  to: string;
  /** the transitions that it stands for */
  edges: readonly ChartEdge[];
  /** what sets it off, a line each */
  labels: string[];
  labelAt: Point;
  points: Point[];
  /** the same as text, with guards and actions */
  title: string;
}

export interface Picture extends Size {
  /** outer ones first */
  boxes: Box[];
  arrows: Arrow[];
}
