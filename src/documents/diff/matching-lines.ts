/** A run of lines that both sides share: `length` lines from `a` in the old and from `b` in the new ones. */
export interface Match {
  a: number;
  b: number;
  length: number;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** How many edits a search may need before its region is taken as one difference: it bounds the time on hostile input. */
const maxEdits = 2_000;

/**
 * The runs of equal lines of a shortest edit script, in order.
 *
 * Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), the linear-space variant: memory is a few numbers a
 * line, whatever the number of differences.
 */
export function matchingLines(a: readonly string[], b: readonly string[]): Match[] {
  const matches: Match[] = [];
  const open: Box[] = [{ left: 0, top: 0, right: a.length, bottom: b.length }];
  for (let box = open.pop(); box !== undefined; box = open.pop()) {
    const inner = trimmed(a, b, box, matches);
    if (inner.left === inner.right || inner.top === inner.bottom) continue;
    const middle = middleOf(a, b, inner);
    if (middle === undefined) continue;
    open.push({ ...inner, right: middle.x, bottom: middle.y }, { ...inner, left: middle.x, top: middle.y });
  }
  return joined(matches.sort((one, other) => one.a - other.a));
}

/** Notes what both ends of the box share and gives the box between. */
function trimmed(a: readonly string[], b: readonly string[], box: Box, matches: Match[]): Box {
  let { left, top, right, bottom } = box;
  while (left < right && top < bottom && a[left] === b[top]) {
    left += 1;
    top += 1;
  }
  while (right > left && bottom > top && a[right - 1] === b[bottom - 1]) {
    right -= 1;
    bottom -= 1;
  }
  if (left > box.left) matches.push({ a: box.left, b: box.top, length: left - box.left });
  if (right < box.right) matches.push({ a: right, b: bottom, length: box.right - right });
  return { left, top, right, bottom };
}

/** A point on a shortest path through the box, strictly inside its corners; undefined past the bound. */
function middleOf(
  a: readonly string[],
  b: readonly string[],
  box: Box,
): { x: number; y: number } | undefined {
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  const delta = width - height;
  const limit = Math.min(Math.ceil((width + height) / 2), maxEdits);
  const size = 2 * limit + 3;
  const forward = new Int32Array(size);
  const backward = new Int32Array(size);
  const at = (k: number) => k + limit + 1;
  for (let edits = 0; edits <= limit; edits += 1) {
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && read(forward, at(k - 1)) < read(forward, at(k + 1)));
      let x = edits === 0 ? 0 : down ? read(forward, at(k + 1)) : read(forward, at(k - 1)) + 1;
      while (x < width && x - k < height && x - k >= 0 && a[box.left + x] === b[box.top + x - k]) x += 1;
      forward[at(k)] = x;
      const opposite = delta - k;
      if (delta % 2 === 0 || Math.abs(opposite) > edits - 1) continue;
      if (x + read(backward, at(opposite)) >= width) return inside(box, x, x - k);
    }
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && read(backward, at(k - 1)) < read(backward, at(k + 1)));
      let x = edits === 0 ? 0 : down ? read(backward, at(k + 1)) : read(backward, at(k - 1)) + 1;
      while (
        x < width &&
        x - k < height &&
        x - k >= 0 &&
        a[box.right - x - 1] === b[box.bottom - (x - k) - 1]
      )
        x += 1;
      backward[at(k)] = x;
      const opposite = delta - k;
      if (delta % 2 !== 0 || Math.abs(opposite) > edits) continue;
      if (x + read(forward, at(opposite)) >= width) return inside(box, width - x, height - (x - k));
    }
  }
  return undefined;
}

function inside(box: Box, x: number, y: number): { x: number; y: number } | undefined {
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  const point = { x: box.left + clamp(x, width), y: box.top + clamp(y, height) };
  const corner =
    (point.x === box.left && point.y === box.top) || (point.x === box.right && point.y === box.bottom);
  return corner ? undefined : point;
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(0, value), most);
}

function read(values: Int32Array, index: number): number {
  return values[index] ?? 0;
}

function joined(matches: readonly Match[]): Match[] {
  const runs: Match[] = [];
  for (const match of matches) {
    const last = runs.at(-1);
    if (last !== undefined && last.a + last.length === match.a && last.b + last.length === match.b) {
      last.length += match.length;
    } else {
      runs.push({ ...match });
    }
  }
  return runs;
}
