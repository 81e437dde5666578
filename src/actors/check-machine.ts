import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { leavingProblems } from './check-leaving.ts';

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

type Transition = NonNullable<AnyStateNode['always']>[number];

function transitionsOf(node: AnyStateNode): Transition[] {
  return [...node.transitions.values()].flat().concat(node.always ?? []);
}

function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

interface ActionShape {
  name: string;
  /** XState's own kind, `xstate.sendTo`; undefined for code of the machine's author */
  builtin: string | undefined;
  to: unknown;
  src: unknown;
  assignment: unknown;
}

function shapeOf(action: unknown): ActionShape {
  const unknown = { builtin: undefined, to: undefined, src: undefined, assignment: undefined };
  if (typeof action === 'string') return { name: action, ...unknown };
  if (typeof action === 'function') {
    return {
      name: action.name,
      builtin: 'type' in action && typeof action.type === 'string' ? action.type : undefined,
      to: 'to' in action ? action.to : undefined,
      src: 'src' in action ? action.src : undefined,
      assignment: 'assignment' in action ? action.assignment : undefined,
    };
  }
  const named = action !== null && typeof action === 'object' && 'type' in action;
  return { name: String(named ? action.type : action), ...unknown };
}

/** True where the code of an assign takes `spawn`: XState gives it, and says nothing of the child to the runtime. */
function spawns(assignment: unknown): boolean {
  if (typeof assignment === 'function') return /\bspawn\b/.test(assignment.toString());
  return assignment !== null && typeof assignment === 'object' && Object.values(assignment).some(spawns);
}

function actionProblem(action: unknown, machine: AnyStateMachine, needs: MachineNeeds): string | undefined {
  const given = shapeOf(action);
  const isCode = typeof action === 'function' && given.builtin === undefined;
  const shape =
    given.builtin !== undefined || isCode ? given : shapeOf(machine.implementations.actions[given.name]);
  const { name } = given;
  if (shape.builtin === undefined)
    return `action "${name}" is code that would run outside every commit: make it an invoke`;
  if (shape.to === '#_parent') return `action "${name}" is sendParent: send to the parent's actor id instead`;
  if (spawns(shape.assignment)) return `action "${name}" spawns inside assign: use invoke or spawnChild`;
  const isSpawn = shape.builtin === 'xstate.spawnChild';
  if (isSpawn && !(typeof shape.src === 'string' && needs.sources.has(shape.src)))
    return `action "${name}" spawns "${String(shape.src)}", which no effect or machine is registered for`;
  return undefined;
}

function actionProblems(machine: AnyStateMachine, node: AnyStateNode, needs: MachineNeeds): MachineProblem[] {
  const first = Array.isArray(node.initial?.actions) ? node.initial.actions : [];
  const actions: unknown[] = [
    ...node.entry,
    ...node.exit,
    ...first,
    ...transitionsOf(node).flatMap((t) => t.actions),
  ];
  return actions
    .map((action) => actionProblem(action, machine, needs))
    .filter((problem) => problem !== undefined)
    .map((problem) => ({ state: node.id, problem }));
}

function invokeProblems(node: AnyStateNode, needs: MachineNeeds): MachineProblem[] {
  return node.invoke.flatMap((invoke) => {
    const source = typeof invoke.src === 'string' ? invoke.src : '';
    const problems: MachineProblem[] = [];
    // XState's own ids carry the state's path: renaming the state would orphan what runs.
    if (/^\d+\./.test(invoke.id))
      problems.push({ state: node.id, problem: 'its invoke needs an id of its own' });
    if (node.transitions.has(`xstate.snapshot.${invoke.id}`)) {
      const problem = `invoke "${invoke.id}" listens to snapshots: only its end is told`;
      problems.push({ state: node.id, problem });
    }
    if (!needs.sources.has(source)) {
      const problem = `invoke "${invoke.id}" has no registered effect or machine named "${source}"`;
      problems.push({ state: node.id, problem });
    }
    return problems;
  });
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
  const nodes = nodesOf(machine.root);
  for (const node of nodes) {
    problems.push(
      ...actionProblems(machine, node, needs),
      ...invokeProblems(node, needs),
      ...leavingProblems(nodes, node, needs.irreversible),
    );
  }
  return problems;
}
