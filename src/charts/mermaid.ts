import { ANY_STATE, leadsInward, statesWithStandIn } from './any-state.ts';
import type { Chart, ChartEdge, ChartState } from './chart.ts';
import { edgeText, innerText } from './words.ts';

/** Words that Mermaid reads as its own where a state's name may stand. */
const RESERVED = new Set([
  'state',
  'end',
  'note',
  'direction',
  'class',
  'classDef',
  'style',
  'default',
  'as',
]);

/**
 * A machine as a Mermaid `stateDiagram-v2`: nested and parallel states, history, final states, events with guards and
 * actions, `after`, and the ends of invokes. What a state does within itself stands in its box.
 *
 * Syntax: https://mermaid.js.org/syntax/stateDiagram.html. Mermaid knows no transition from a state into itself and no
 * history states; the first starts at a stand-in, "any state", the second is a state that says what it is.
 */
export function mermaid(chart: Chart): string {
  const standIns = new Set(statesWithStandIn(chart).map(({ path }) => path));
  const lines = ['stateDiagram-v2', ...inside(chart.root, { chart, standIns, depth: 1 })];
  for (const edge of chart.edges) {
    if (edge.to === undefined) continue;
    const from = leadsInward(edge) ? standInId(edge.from) : idOf(edge.from);
    lines.push(`  ${from} --> ${idOf(edge.to)} : ${toLabel(edgeText(edge, { actions: true }))}`);
  }
  return `${lines.join('\n')}\n`;
}

interface Surroundings {
  chart: Chart;
  standIns: ReadonlySet<string>;
  depth: number;
}

function inside(state: ChartState, around: Surroundings): string[] {
  const indent = '  '.repeat(around.depth);
  const lines = around.standIns.has(state.path) ? standIn(state, around) : [];
  if (state.initial !== undefined) lines.push(`${indent}[*] --> ${idOf(state.initial)}`);
  for (const [index, child] of state.states.entries()) {
    if (state.kind === 'parallel' && index > 0) lines.push(`${indent}--`);
    lines.push(...declaration(child, around));
  }
  return lines;
}

function standIn(state: ChartState, { chart, depth }: Surroundings): string[] {
  const indent = '  '.repeat(depth);
  const id = standInId(state.path);
  return [
    `${indent}state "${ANY_STATE}" as ${id}`,
    ...innerLines(state, chart.edges).map((line) => `${indent}${id} : ${toLabel(line)}`),
  ];
}

function declaration(state: ChartState, around: Surroundings): string[] {
  const indent = '  '.repeat(around.depth);
  const id = idOf(state.path);
  const lines = [`${indent}state "${toLabel(nameOf(state))}" as ${id}`];
  if (state.states.length > 0) {
    const within = inside(state, { ...around, depth: around.depth + 1 });
    lines.splice(0, 1, `${indent}state "${toLabel(nameOf(state))}" as ${id} {`, ...within, `${indent}}`);
  }
  // Mermaid gives no room for text to a state that holds others.
  else lines.push(...boxLines(state, around.chart.edges).map((line) => `${indent}${id} : ${toLabel(line)}`));
  if (state.kind === 'final') lines.push(`${indent}${id} --> [*]`);
  return lines;
}

function nameOf({ name, kind, history }: ChartState): string {
  return kind === 'history' ? `${name} (${history} history)` : name;
}

function boxLines(state: ChartState, edges: readonly ChartEdge[]): string[] {
  return [
    ...state.entry.map((action) => `entry / ${action}`),
    ...state.invokes.map(({ src }) => `do / ${src}`),
    ...state.exit.map((action) => `exit / ${action}`),
    ...innerLines(state, edges),
  ];
}

function innerLines(state: ChartState, edges: readonly ChartEdge[]): string[] {
  return edges.filter(({ from, to }) => from === state.path && to === undefined).map(innerText);
}

/** A path as an identifier, one for one: what is neither letter nor digit becomes its code between underscores. */
function idOf(path: string): string {
  let id = '';
  for (const character of path) {
    id += /[A-Za-z0-9]/.test(character) ? character : `_${character.codePointAt(0)?.toString(16)}_`;
  }
  return RESERVED.has(id) ? `${id}_` : id;
}

function standInId(path: string): string {
  return path === '' ? 'any_' : `${idOf(path)}_any_`;
}

/** Mermaid's entities, for the characters that would end a label or begin something else. */
function toLabel(text: string): string {
  let escaped = '';
  for (const character of text) {
    const isPlain = !'#;:"<>{}%&`\\\n'.includes(character);
    escaped += isPlain ? character : character === '\n' ? ' ' : `#${character.codePointAt(0)};`;
  }
  return escaped;
}
