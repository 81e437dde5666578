import type { ActorHistoryEntry, ActorSummary, ListOptions } from '../../src/workflow/api.ts';
import { MemoryWorkflow } from '../http/memory-workflow.ts';

const AT = '2026-11-23T10:00:00.000Z';

/** A workflow with a question that has a past, for the inspector's pages. */
export class InspectedWorkflow extends MemoryWorkflow {
  readonly actors = new Map<string, { summary: ActorSummary; history: ActorHistoryEntry[] }>();

  constructor() {
    super();
    this.add('question/q1', 'question');
    this.step('question/q1', { event: 'xstate.init', to: 'asked', effects: ['recordQuestion'] });
    this.step('question/q1', { event: 'xstate.done.actor.recordQuestion', to: 'matching.searching' });
    this.step('question/q1', { event: 'xstate.done.actor.findMatch', to: 'routing' });
    this.step('question/q1', { event: 'xstate.done.actor.routeQuestion', to: 'escalated' });
    this.add('change/add%20login', 'change');
    this.step('change/add%20login', { event: 'xstate.init', to: 'detected' });
  }

  add(id: string, machine: string): void {
    const summary = { id, machine, version: '1', seq: 0, state: '', status: 'active', since: AT };
    this.actors.set(id, { summary, history: [] });
  }

  /** A transition of an actor; the feed tells of it. */
  step(id: string, o: { event: string; to: string; effects?: string[] }): void {
    const actor = this.actors.get(id);
    if (actor === undefined) throw new Error(`there is no actor ${id}`);
    const { summary, history } = actor;
    const { event, to, effects = [] } = o;
    history.unshift({ seq: summary.seq + 1, at: AT, event, from: summary.state, to, effects });
    Object.assign(summary, { seq: summary.seq + 1, state: to });
    this.happen(id, to);
  }

  override async listActors(options: ListOptions & { machine?: string } = {}) {
    const all = [...this.actors.values()].map(({ summary }) => ({ ...summary }));
    return {
      items: all.filter(({ machine }) => options.machine === undefined || machine === options.machine),
    };
  }

  override async getActor(id: string) {
    const summary = this.actors.get(id)?.summary;
    return summary === undefined ? undefined : { ...summary };
  }

  override async actorHistory(id: string) {
    return { items: [...(this.actors.get(id)?.history ?? [])] };
  }
}
