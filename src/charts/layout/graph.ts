/** A point in a picture, in pixels. */
export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

/** A box to be placed. */
export interface LayoutNode extends Size {
  id: string;
  /** room to leave at its left and its right */
  margin: number;
}

/** An arrow to be drawn between two boxes, with room for its label. */
export interface LayoutEdge {
  id: string;
  from: string;
  to: string;
  label: Size;
}

/** Where everything lies: centres of boxes and labels, and for each arrow the points that it goes through. */
export interface Layout extends Size {
  nodes: Map<string, Point>;
  edges: Map<string, { points: Point[]; label: Point }>;
}

/**
 * A node of the layered graph: a box, the label of an arrow, or a bend where an arrow passes a layer. Arrows of the
 * layered graph lead from one layer to the next only.
 */
export interface Cell extends Size {
  id: string;
  layer: number;
  /** how much of its width, at both sides, is no box */
  margin: number;
  /** its centre */
  x: number;
  above: Cell[];
  below: Cell[];
}

/** An arrow as the cells that it passes, from the upper layer to the lower. */
export interface Chain {
  edge: LayoutEdge;
  cells: Cell[];
  label: Cell;
  /** true when the arrow points upwards */
  reversed: boolean;
}
