import type { AnyStateNode } from 'xstate';
import type { MachineProblem } from './check-machine.ts';

type Transition = NonNullable<AnyStateNode['always']>[number];

function pathOf(node: AnyStateNode): AnyStateNode[] {
  const path = [node];
  for (let at = node.parent; at !== undefined; at = at.parent) path.unshift(at);
  return path;
}

/** The innermost state that holds all of these, none of them itself. */
function commonAncestor(nodes: readonly AnyStateNode[]): AnyStateNode | undefined {
  const [first, ...others] = nodes.map((node) => pathOf(node).slice(0, -1));
  return first?.findLast((candidate) => others.every((path) => path.includes(candidate)));
}

function isInside(node: AnyStateNode, outer: AnyStateNode): boolean {
  return node !== outer && pathOf(node).includes(outer);
}

/** A transition exits what is active inside its domain. XState's own rule. */
function exits(transition: Transition, node: AnyStateNode): boolean {
  const { source, target, reenter } = transition;
  if (target === undefined || target.length === 0) return false;
  const inner = target.every((one) => one === source || isInside(one, source));
  const domain = inner && !reenter ? source : commonAncestor([source, ...target]);
  return domain === undefined || isInside(node, domain);
}

/** Can both be active at once: one holds the other, or they lie in different regions of a parallel state. */
function together(a: AnyStateNode, b: AnyStateNode): boolean {
  if (a === b || isInside(a, b) || isInside(b, a)) return true;
  return commonAncestor([a, b])?.type === 'parallel';
}

/** An event that the state itself takes, whatever it is, never reaches a state around it. */
function handlesItself(node: AnyStateNode, type: string): boolean {
  return (node.transitions.get(type) ?? []).some(({ guard }) => guard === undefined);
}

/** R1: a state with an irreversible invoke is left only by that invoke's own result. */
export function leavingProblems(
  nodes: readonly AnyStateNode[],
  node: AnyStateNode,
  irreversible: ReadonlySet<string>,
): MachineProblem[] {
  const own = node.invoke.find(({ src }) => typeof src === 'string' && irreversible.has(src));
  if (own === undefined) return [];
  const reports = [`xstate.done.actor.${own.id}`, `xstate.error.actor.${own.id}`];
  const problems: MachineProblem[] = [];
  for (const source of nodes.filter((other) => together(other, node))) {
    for (const [type, transitions] of source.transitions) {
      if (source === node && reports.includes(type)) continue;
      if (isInside(node, source) && handlesItself(node, type)) continue;
      if (!transitions.some((transition) => exits(transition, node))) continue;
      const problem = `"${type}" of ${source.id} leaves it while "${own.id}" may be writing: use stopChild("${own.id}"), its answer comes as the result`;
      problems.push({ state: node.id, problem });
    }
    if ((source.always ?? []).some((transition) => exits(transition, node))) {
      const problem = `an always-transition of ${source.id} leaves it while "${own.id}" may be writing`;
      problems.push({ state: node.id, problem });
    }
  }
  return problems;
}
