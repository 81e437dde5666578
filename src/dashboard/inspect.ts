import { type Exhibit, gallery, NOWHERE, type Standing, standingOf } from '../charts/index.ts';
import { UserError } from '../errors.ts';
import type { ActorHistoryEntry, ActorSummary, WorkflowApi } from '../workflow/api.ts';

/** What `/inspect` shows: a machine, an actor on it where one is chosen, and other actors to choose. */
export interface Inspected {
  machines: readonly string[];
  exhibit: Exhibit;
  standing: Standing;
  chosen:
    | { actor: ActorSummary; history: ActorHistoryEntry[]; shown: ActorHistoryEntry | undefined }
    | undefined;
  /** false where the actor's state is not one of this version's machine */
  isKnown: boolean;
  actors: ActorSummary[];
}

const MOST_ACTORS = 50;

/**
 * Gathers it. `machine` and `actor` choose, `seq` shows the actor as it was after that transition. Throws a UserError for
 * a machine or an actor that is not there.
 */
export async function inspect(
  workflow: WorkflowApi,
  query: { machine?: string; actor?: string; seq?: string },
): Promise<Inspected> {
  const actor = query.actor === undefined ? undefined : await chosenActor(workflow, query.actor);
  const machines = [...gallery().keys()];
  const exhibit = exhibited(actor?.machine ?? query.machine ?? machines[0] ?? '');
  const { id } = exhibit.chart;
  const { items: actors } = await workflow.listActors({ machine: id, limit: MOST_ACTORS });
  if (actor === undefined) {
    return { machines, exhibit, standing: NOWHERE, chosen: undefined, isKnown: true, actors };
  }

  const { items: history } = await workflow.actorHistory(actor.id);
  const shown = query.seq === undefined ? undefined : history.find(({ seq }) => String(seq) === query.seq);
  const past = shown === undefined ? history : history.filter(({ seq }) => seq <= shown.seq);
  const state = shown?.to ?? actor.state;
  const standing = standingOf(exhibit, { state, past });
  return {
    ...{ machines, exhibit, standing, actors },
    chosen: { actor, history, shown },
    isKnown: standing.active.size > 0,
  };
}

async function chosenActor(workflow: WorkflowApi, id: string): Promise<ActorSummary> {
  const actor = await workflow.getActor(id);
  if (actor !== undefined) return actor;
  throw new UserError('there is no such actor', {
    which: id,
    code: 'not-found',
    next: 'GET /inspect lists them',
  });
}

function exhibited(machine: string): Exhibit {
  const exhibit = gallery().get(machine);
  if (exhibit !== undefined) return exhibit;
  throw new UserError('there is no such machine', {
    which: machine,
    code: 'not-found',
    next: 'GET /inspect shows those that there are',
  });
}
