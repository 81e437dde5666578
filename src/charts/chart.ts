/**
 * A statechart as plain data: what every picture and every list of a machine is made from. Edges name states by their
 * path from the root, `matching.searching`; the path of the root is empty.
 */
export interface Chart {
  id: string;
  version: string;
  root: ChartState;
  edges: ChartEdge[];
  /** what it may be sent from outside, sorted; the runtime's own events (done, error, after) are not among them */
  events: string[];
}

export interface ChartState {
  path: string;
  name: string;
  kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** a history state's */
  history: 'shallow' | 'deep' | undefined;
  /** the path of the state that a compound one begins in */
  initial: string | undefined;
  description: string | undefined;
  /** the names of its actions; inline ones by their kind */
  entry: string[];
  exit: string[];
  /** the work that it asks for while it lasts */
  invokes: { id: string; src: string }[];
  states: ChartState[];
}

export interface ChartEdge {
  from: string;
  /** undefined for a transition that stays where it is, which only acts, or forbids what an outer state would do */
  to: string | undefined;
  trigger: Trigger;
  /** undefined for none; `else` for what is left when the guards before it said no */
  guard: string | undefined;
  actions: string[];
  /** true when it leaves the state and comes back */
  reenter: boolean;
}

export type Trigger =
  | { kind: 'event'; event: string }
  | { kind: 'always' }
  /** `ms` is known unless the delay is computed from the context */
  | { kind: 'after'; delay: string; ms: number | undefined }
  | { kind: 'done' | 'error'; invoke: string }
  /** every region, or the inner state, is final */
  | { kind: 'complete' };

/** A state and all within it, outer ones first. */
export function statesOf(state: ChartState): ChartState[] {
  return [state, ...state.states.flatMap(statesOf)];
}
