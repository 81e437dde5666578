import type { AnyStateMachine, AnyStateNode } from 'xstate';

/**
 * What the runtime cannot honour is refused when a machine is registered, each with the place in its configuration:
 * nothing is found out by an actor that hangs.
 */
export interface MachineProblem {
  /** the state's id, `change.reading` */
  state: string;
  problem: string;
}

export interface MachineNeeds {
  /** sources that have an effect or a machine behind them */
  sources: ReadonlySet<string>;
  /** sources whose effect is irreversible: it can be revoked, never just dropped */
  irreversible: ReadonlySet<string>;
}

function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

function actionName(action: unknown): { name: string; builtin: string | undefined; to: unknown } {
  if (typeof action === 'string') return { name: action, builtin: undefined, to: undefined };
  if (typeof action === 'function') {
    const type = 'type' in action && typeof action.type === 'string' ? action.type : undefined;
    return { name: action.name, builtin: type, to: 'to' in action ? action.to : undefined };
  }
  if (action !== null && typeof action === 'object' && 'type' in action) {
    return { name: String(action.type), builtin: undefined, to: undefined };
  }
  return { name: String(action), builtin: undefined, to: undefined };
}

function actionProblems(machine: AnyStateMachine, node: AnyStateNode): MachineProblem[] {
  const transitions = [...node.transitions.values()].flat().concat(node.always ?? []);
  const actions: unknown[] = [...node.entry, ...node.exit, ...transitions.flatMap((t) => t.actions)];
  const problems: MachineProblem[] = [];
  for (const action of actions) {
    const { name, builtin, to } = actionName(action);
    const implementation: unknown = machine.implementations.actions[name];
    const resolved = builtin === undefined ? actionName(implementation) : { name, builtin, to };
    if (resolved.builtin === undefined) {
      const problem = `action "${name}" is code that would run outside every commit: make it an invoke`;
      problems.push({ state: node.id, problem });
    } else if (resolved.to === '#_parent') {
      const problem = `action "${name}" is sendParent: send to the parent's actor id instead`;
      problems.push({ state: node.id, problem });
    }
  }
  return problems;
}

function invokeProblems(node: AnyStateNode, needs: MachineNeeds): MachineProblem[] {
  return node.invoke.flatMap((invoke) => {
    const source = typeof invoke.src === 'string' ? invoke.src : '';
    const problems: MachineProblem[] = [];
    // XState's own ids carry the state's path: renaming the state would orphan what runs.
    if (/^\d+\./.test(invoke.id))
      problems.push({ state: node.id, problem: 'its invoke needs an id of its own' });
    if (!needs.sources.has(source)) {
      const problem = `invoke "${invoke.id}" has no registered effect or machine named "${source}"`;
      problems.push({ state: node.id, problem });
    }
    return problems;
  });
}

/** R1: a state with an irreversible invoke is left only by that invoke's own result. */
function leavingProblems(node: AnyStateNode, needs: MachineNeeds): MachineProblem[] {
  const own = node.invoke.find(
    (invoke) => typeof invoke.src === 'string' && needs.irreversible.has(invoke.src),
  );
  if (own === undefined) return [];
  const reports = new Set([`xstate.done.actor.${own.id}`, `xstate.error.actor.${own.id}`]);
  const problems: MachineProblem[] = [];
  for (let at: AnyStateNode | undefined = node; at !== undefined; at = at.parent) {
    for (const [type, transitions] of at.transitions) {
      const leaves = transitions.some((transition) => transition.target !== undefined);
      if (leaves && !(at === node && reports.has(type))) {
        const problem = `"${type}" of ${at.id} leaves it while "${own.id}" may be writing: use stopChild("${own.id}"), its answer comes as the result`;
        problems.push({ state: node.id, problem });
      }
    }
    if ((at.always ?? []).some((transition) => transition.target !== undefined)) {
      problems.push({
        state: node.id,
        problem: `an always-transition of ${at.id} leaves it while "${own.id}" may be writing`,
      });
    }
  }
  return problems;
}

/** Every reason why this machine cannot be run durably; empty when it can. */
export function checkMachine(machine: AnyStateMachine, needs: MachineNeeds): MachineProblem[] {
  const problems: MachineProblem[] = [];
  if (machine.version === undefined) problems.push({ state: machine.id, problem: 'it needs a version' });
  if (!Number.isFinite(machine.options.maxIterations ?? Number.POSITIVE_INFINITY)) {
    problems.push({
      state: machine.id,
      problem: 'it needs options.maxIterations: an always-cycle would hang the process',
    });
  }
  for (const node of nodesOf(machine.root)) {
    problems.push(
      ...actionProblems(machine, node),
      ...invokeProblems(node, needs),
      ...leavingProblems(node, needs),
    );
  }
  return problems;
}
