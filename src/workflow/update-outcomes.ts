import type { ActorRuntime } from '../actors/index.ts';
import type { DocumentManager } from '../documents/index.ts';
import { changeMachine } from '../machines/index.ts';
import type { Update } from '../types/index.ts';
import { restingChanges } from './change-desk.ts';
import { changeState } from './change-view.ts';
import { changeActor } from './identity.ts';
import { longestPage, unknownId } from './paging.ts';

/** Ends of an update. */
export const endedUpdates: readonly string[] = ['applied', 'conflicted', 'rolledBack', 'rejected', 'failed'];

/** Waits for what was asked to come true: approvals, undos and answers return when their outcome is final. */
export class UpdateOutcomes {
  readonly #runtime: ActorRuntime;
  readonly #documents: DocumentManager;

  constructor(options: { runtime: ActorRuntime; documents: DocumentManager }) {
    this.#runtime = options.runtime;
    this.#documents = options.documents;
  }

  /** The update at its end, or where it rests for somebody else (`alsoResting`), or as it is after `waitMs`. */
  async of(id: string, waitMs: number, alsoResting: readonly string[] = []): Promise<Update> {
    const rests = ({ state }: { state: string }) =>
      endedUpdates.includes(state) || alsoResting.includes(state);
    await this.#runtime.waitFor(`update/${id}`, rests, { timeoutMs: waitMs });
    const update = await this.#documents.get(id);
    if (update === undefined) throw unknownId('update', id, 'specloop updates lists them');
    return update;
  }

  /** Follows an answer into the document: the change takes it, drafts it, and an update writes it. */
  async ofAnswer(question: string, change: string, untilMs: number): Promise<Update | undefined> {
    const actor = changeActor(change);
    const leftMs = () => Math.max(1, untilMs - Date.now());
    for (;;) {
      const found = await this.#runtime.snapshot(changeMachine, actor);
      if (found === undefined || Date.now() >= untilMs) return undefined;
      const { questionsClosed, answersWaiting } = found.snapshot.context;
      const taken = questionsClosed.includes(question) && !answersWaiting;
      if (taken && restingChanges.includes(changeState(found.view))) break;
      const { seq } = found.view;
      await this.#runtime.waitFor(actor, (view) => view.seq !== seq, { timeoutMs: leftMs() });
    }
    const { items } = await this.#documents.list({ change, limit: longestPage });
    const update = items.find((item) => item.question === question && item.reverts === undefined);
    if (update === undefined) return undefined;
    return this.of(update.id, leftMs(), ['awaitingApproval', 'waitingForRepository']);
  }
}
