import { basename, relative, sep } from 'node:path';
import type { ActorRuntime } from '../actors/index.ts';
import type { DocumentManager } from '../documents/index.ts';
import { UserError } from '../errors.ts';
import { changeMachine } from '../machines/index.ts';
import type { QuestionRouter } from '../questions/index.ts';
import type { ChangeDetail, ChangeSummary } from '../types/index.ts';
import type { ListOptions, Page } from './api.ts';
import { changeState, toChangeSummary } from './change-view.ts';
import { changeActor } from './identity.ts';
import { limitOf, longestPage, unknownId } from './paging.ts';
import type { ReviewStore } from './review-store.ts';

export interface ChangeDeskOptions {
  root: string;
  runtime: ActorRuntime;
  router: QuestionRouter;
  documents: DocumentManager;
  reviews: ReviewStore;
}

const notActive = ['absent', 'archived'];
/** where a change stays until something happens */
export const restingChanges = ['settled', 'failed', 'absent', 'archived'];

/** What people and programs may see of changes, and ask of them. */
export class ChangeDesk {
  readonly #o: ChangeDeskOptions;

  constructor(options: ChangeDeskOptions) {
    this.#o = options;
  }

  /** Active ones, unless a state is named. */
  async list(options: ListOptions = {}): Promise<Page<ChangeSummary>> {
    const { runtime } = this.#o;
    const limit = limitOf(options);
    const items: ChangeSummary[] = [];
    let { cursor } = options;
    do {
      const page = await runtime.list({
        machine: 'change',
        // A page that is asked for whole would end past the limit, or its rest would be skipped.
        limit: limit - items.length,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const view of page.items) {
        const found = await runtime.snapshot(changeMachine, view.id);
        if (found === undefined) continue;
        const summary = toChangeSummary(found.view, found.snapshot);
        const { state } = summary;
        const wanted = options.state === undefined ? !notActive.includes(state) : state === options.state;
        if (wanted) items.push(summary);
      }
      cursor = page.cursor;
    } while (items.length < limit && cursor !== undefined);
    return { items, ...(cursor === undefined ? {} : { next_cursor: cursor }) };
  }

  async allActive(): Promise<ChangeSummary[]> {
    return (await this.list({ limit: longestPage })).items;
  }

  async get(id: string): Promise<ChangeDetail | undefined> {
    const { runtime, reviews, router, documents } = this.#o;
    const found = await runtime.snapshot(changeMachine, changeActor(id));
    if (found === undefined) return undefined;
    const { contentHash } = found.snapshot.context;
    const [rules, model, questions, updates] = await Promise.all([
      reviews.rules(id),
      reviews.model(id, contentHash),
      router.list({ state: 'all', change: id, limit: longestPage }),
      documents.list({ change: id, limit: longestPage }),
    ]);
    return {
      ...toChangeSummary(found.view, found.snapshot),
      findings_list: [...rules, ...(model?.findings ?? [])],
      questions: questions.items,
      updates: updates.items,
    };
  }

  async send(id: string, event: { type: 'PROCESS' | 'RETRY' | 'CANCEL' | 'MODEL.UP' }): Promise<void> {
    const { verdict } = await this.#o.runtime.send(changeActor(id), event);
    if (verdict === 'absent') throw unknownId('change', id, 'specloop changes lists them');
  }

  /** A model can be used: each change knows whether it waits for one, also in the middle of a round. */
  async modelIsUp(): Promise<void> {
    for (const { id } of await this.allActive()) await this.send(id, { type: 'MODEL.UP' });
  }

  /** Reviews a change now, and resolves when it has settled. `path` is its folder or its name. */
  async process(path: string): Promise<void> {
    const { root, runtime } = this.#o;
    const inside = relative(root, path);
    const id = inside.startsWith('..') || !path.includes(sep) ? basename(path) : basename(inside);
    await runtime.start('change', changeActor(id), { change: id });
    await this.send(id, { type: 'PROCESS' });
    const resting = (view: { state: string }) => restingChanges.includes(changeState(view));
    await runtime.waitFor(changeActor(id), resting, { timeoutMs: 30 * 60_000 });
    const change = await this.get(id);
    if (change?.state === 'settled') return;
    throw new UserError('the change was not reviewed', {
      which: id,
      why: change?.problem ?? `it is ${change?.state ?? 'unknown'}`,
    });
  }
}
