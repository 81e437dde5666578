import type { Point } from './layout/graph.ts';
import type { Arrow, Box, Picture } from './shapes.ts';
import { NOWHERE, type Standing } from './standing.ts';
import { LINE_HEIGHT } from './text-size.ts';

const INK = '#1d2125';

/**
 * A picture as SVG. Its colours are attributes, which a policy without inline styles allows and any style sheet
 * overrides by the classes: `chart-box`, `chart-arrow`, `chart-label`, with `active` and `walked`.
 */
export function svg(picture: Picture, options: { title: string; standing?: Standing }): string {
  const { title, standing = NOWHERE } = options;
  const [width, height] = [Math.ceil(picture.width), Math.ceil(picture.height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="${toXml(title)}"`,
    ` width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ` font-family="system-ui, sans-serif" font-size="12">`,
    `<rect class="chart-paper" width="${width}" height="${height}" fill="#ffffff"/>`,
    ...picture.boxes.map((box) => boxShape(box, standing)),
    ...picture.arrows.map((arrow) => arrowShape(arrow, standing)),
    // Last, so that no arrow runs over the words of another.
    ...picture.arrows.map(label),
    '</svg>',
  ].join('');
}

function boxShape(box: Box, { active, walked }: Standing): string {
  const { path, kind, name, lines, x, y, width, height } = box;
  const marks = [active.has(path) ? ' active' : '', walked.has(path) ? ' walked' : ''].join('');
  const frame = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
  const radius = kind === 'any' ? height / 2 : 7;
  const dashes = kind === 'any' || kind === 'history' ? ' stroke-dasharray="4 3"' : '';
  const middle = x + width / 2;
  return [
    `<g class="chart-box ${kind}${marks}" data-state="${toXml(path)}">`,
    `<rect ${frame} rx="${round(radius)}" fill="#fafaf8" stroke="${INK}" stroke-width="${active.has(path) ? 3 : 1}"${dashes}/>`,
    kind === 'final' ? innerFrame(box) : '',
    box.isInitial ? `<circle cx="${round(x)}" cy="${round(y)}" r="5" fill="${INK}"/>` : '',
    text([name], { x: middle, y: y + 18, weight: 600 }),
    text(lines, { x: middle, y: y + 18 + LINE_HEIGHT, weight: 400 }),
    '</g>',
  ].join('');
}

function innerFrame({ x, y, width, height }: Box): string {
  const frame = `x="${round(x + 3)}" y="${round(y + 3)}" width="${round(width - 6)}" height="${round(height - 6)}"`;
  return `<rect ${frame} rx="5" fill="none" stroke="${INK}"/>`;
}

function arrowShape(arrow: Arrow, { ways }: Standing): string {
  const marks = ways.has(`${arrow.from}>${arrow.to}`) ? ' walked' : '';
  return [
    `<g class="chart-arrow${marks}"><title>${toXml(arrow.title)}</title>`,
    `<path d="${wayOf(arrow.points)}" fill="none" stroke="#565d66"/>`,
    `<path class="head" d="${headOf(arrow.points)}" fill="#565d66"/></g>`,
  ].join('');
}

function label({ labels, labelAt, title }: Arrow): string {
  const width = Math.max(0, ...labels.map((line) => line.length)) * 6.2 + 6;
  const top = labelAt.y - (labels.length * LINE_HEIGHT) / 2;
  const frame = `x="${round(labelAt.x - width / 2)}" y="${round(top)}" width="${round(width)}" height="${labels.length * LINE_HEIGHT}"`;
  return [
    `<g class="chart-label"><title>${toXml(title)}</title>`,
    `<rect ${frame} rx="3" fill="#ffffff" fill-opacity="0.85"/>`,
    `${text(labels, { x: labelAt.x, y: top + 12, weight: 400 })}</g>`,
  ].join('');
}

function text(lines: readonly string[], at: Point & { weight: number }): string {
  const attributes = `text-anchor="middle" font-weight="${at.weight}" fill="${INK}"`;
  return lines
    .map((line, index) => {
      const place = `x="${round(at.x)}" y="${round(at.y + index * LINE_HEIGHT)}"`;
      return `<text ${place} ${attributes}>${toXml(line)}</text>`;
    })
    .join('');
}

/** Straight where two points are level or plumb, else a curve that leaves and arrives plumb. */
function wayOf(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      if (before === undefined) return `M${round(point.x)} ${round(point.y)}`;
      if (before.x === point.x || before.y === point.y) return `L${round(point.x)} ${round(point.y)}`;
      const middle = (before.y + point.y) / 2;
      return `C${round(before.x)} ${round(middle)} ${round(point.x)} ${round(middle)} ${round(point.x)} ${round(point.y)}`;
    })
    .join('');
}

function headOf(points: readonly Point[]): string {
  const [end, before] = [points.at(-1), points.at(-2)];
  if (end === undefined || before === undefined) return '';
  if (end.y === before.y) {
    const back = end.x + 7 * Math.sign(before.x - end.x);
    return `M${round(end.x)} ${round(end.y)}L${round(back)} ${round(end.y - 4)}L${round(back)} ${round(end.y + 4)}Z`;
  }
  const back = end.y + 7 * Math.sign(before.y - end.y);
  return `M${round(end.x)} ${round(end.y)}L${round(end.x - 4)} ${round(back)}L${round(end.x + 4)} ${round(back)}Z`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function toXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
