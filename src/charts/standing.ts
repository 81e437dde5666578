import type { Chart, ChartEdge, Trigger } from './chart.ts';
import type { Picture } from './shapes.ts';
import { readStateText } from './state-text.ts';

/** What an actor has to do with a picture of its machine; states by their paths. */
export interface Standing {
  /** the states that it is in */
  active: ReadonlySet<string>;
  /** the states that it was in, and the arrows that it went along as `from>to` */
  walked: ReadonlySet<string>;
  ways: ReadonlySet<string>;
}

/** A transition as a history has it: states as the runtime keeps them. */
export interface Step {
  event: string;
  from: string;
  to: string;
}

/** What a picture without an actor shows. */
export const NOWHERE: Standing = { active: new Set(), walked: new Set(), ways: new Set() };

/**
 * Where an actor is, was, and along which arrows it went. A step through a state that was left at once (`always`) names
 * only its two ends: no arrow is marked for it, rather than one that was not taken.
 */
export function standingOf(
  { chart, picture }: { chart: Chart; picture: Picture },
  o: { state: string; past: readonly Step[] },
): Standing {
  const pathsOf = (text: string) => readStateText(chart.root, text)?.active ?? [];
  const taken = new Set(
    o.past.flatMap(({ event, from, to }) => {
      const [left, entered] = [new Set(pathsOf(from)), new Set(pathsOf(to))];
      return takenEdges(chart.edges, { event, left, entered });
    }),
  );
  const ways = picture.arrows.filter(({ edges }) => edges.some((edge) => taken.has(edge)));
  return {
    active: new Set(pathsOf(o.state)),
    walked: new Set(o.past.flatMap(({ to }) => pathsOf(to))),
    ways: new Set(ways.map(({ from, to }) => `${from}>${to}`)),
  };
}

/** The transitions that explain a step: those of the innermost state that has one, as XState chooses. */
function takenEdges(
  edges: readonly ChartEdge[],
  step: { event: string; left: ReadonlySet<string>; entered: ReadonlySet<string> },
): ChartEdge[] {
  const fitting = edges.filter(({ from, to, trigger }) => {
    const isWay = (from === '' || step.left.has(from)) && to !== undefined && step.entered.has(to);
    return isWay && isSetOffBy(trigger, step.event);
  });
  const depth = Math.max(...fitting.map(({ from }) => depthOf(from)));
  return fitting.filter(({ from }) => depthOf(from) === depth);
}

function depthOf(path: string): number {
  return path === '' ? 0 : path.split('.').length;
}

function isSetOffBy(trigger: Trigger, event: string): boolean {
  switch (trigger.kind) {
    case 'event':
      return trigger.event === event || trigger.event === '*';
    case 'done':
      return event === `xstate.done.actor.${trigger.invoke}`;
    case 'error':
      return event === `xstate.error.actor.${trigger.invoke}`;
    case 'after':
      return event.startsWith(`xstate.after.${trigger.delay === '' ? trigger.ms : trigger.delay}.`);
    case 'always':
    case 'complete':
      return false;
  }
}
