import type { SnapshotFrom } from 'xstate';
import type { ActorView } from '../actors/index.ts';
import { type changeMachine, changeWaitsFor } from '../machines/index.ts';
import { type ChangeState, type ChangeSummary, changeStateSchema } from '../types/index.ts';

/** The state as people see it: nested ones by their top state. */
export function changeState(view: Pick<ActorView, 'state'>): ChangeState {
  return changeStateSchema.parse(view.state.split('.')[0]);
}

/** A change as lists show it. */
export function toChangeSummary(
  view: ActorView,
  snapshot: SnapshotFrom<typeof changeMachine>,
): ChangeSummary {
  const { context } = snapshot;
  const state = changeState(view);
  const waits = state === 'settled' ? changeWaitsFor(context) : [];
  const problem = state === 'failed' ? context.problem : state === 'settled' ? context.modelProblem : '';
  return {
    id: context.change,
    state,
    since: view.since,
    rounds: context.rounds,
    findings: context.findings,
    questions_open: context.questionsOpen.length,
    updates_pending: Object.keys(context.updates).length,
    ...(waits.length > 0 && { waiting_for: waits }),
    ...(problem !== '' && { problem }),
  };
}
