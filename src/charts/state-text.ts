import type { StateValue } from 'xstate';
import type { ChartState } from './chart.ts';

interface Read {
  value: StateValue;
  active: string[];
  /** what was not read */
  rest: string;
}

/** A stored state, `matching.searching`, where its machine knows it. */
export interface ReadStateText {
  /** as XState has it */
  value: StateValue;
  /** the paths of all states that are active in it, outer ones first */
  active: string[];
}

/**
 * Reads the text that the runtime keeps of a state: names joined by dots, the regions of a parallel state by bars. It
 * takes the chart to read it, for a bar alone does not say which parallel state it divides. Undefined when the chart has
 * no such state: another version's, or none yet.
 */
export function readStateText(root: ChartState, text: string): ReadStateText | undefined {
  const read = inside(root, text);
  return read === undefined || read.rest !== '' ? undefined : { value: read.value, active: read.active };
}

function inside(state: ChartState, text: string): Read | undefined {
  return state.kind === 'parallel' ? regions(state, text) : oneOf(state.states, text);
}

/** The child that the text names, and what is active in that. */
function oneOf(states: readonly ChartState[], text: string): Read | undefined {
  const state = states.find(({ name }) => isNamed(name, text));
  if (state === undefined) return undefined;
  const rest = text.slice(state.name.length);
  if (state.states.length === 0) return { value: state.name, active: [state.path], rest };
  const read = rest.startsWith('.') ? inside(state, rest.slice(1)) : undefined;
  if (read === undefined) return undefined;
  return { value: { [state.name]: read.value }, active: [state.path, ...read.active], rest: read.rest };
}

/** All regions, in whatever order they stand. */
function regions(state: ChartState, text: string): Read | undefined {
  const left = new Set(state.states);
  const value: { [region: string]: StateValue } = {};
  const active: string[] = [];
  let rest = text;
  for (const _ of state.states) {
    const read = oneOf([...left], rest);
    const region = [...left].find(({ path }) => path === read?.active[0]);
    if (read === undefined || region === undefined) return undefined;
    left.delete(region);
    Object.assign(value, typeof read.value === 'string' ? { [region.name]: {} } : read.value);
    active.push(...read.active);
    rest = read.rest;
    if (left.size > 0 && !rest.startsWith('|')) return undefined;
    if (left.size > 0) rest = rest.slice(1);
  }
  return { value, active, rest };
}

function isNamed(name: string, text: string): boolean {
  return text.startsWith(name) && ['', '.', '|'].includes(text.charAt(name.length));
}
