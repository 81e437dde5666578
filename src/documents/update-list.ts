import type { ActorClient } from '../actors/api.ts';
import { documentUpdateMachine } from '../machines/document-update.ts';
import type { Update } from '../types/index.ts';
import { hunksBetween } from './diff/hunks.ts';
import { absent } from './store/blob-store.ts';
import type { DocumentStore } from './store/document-store.ts';
import type { UpdateRecord } from './store/update-record.ts';
import { updateActor } from './update-identity.ts';
import { viewOfRecord, viewOfSnapshot } from './update-view.ts';

export interface UpdateListOptions {
  state?: string;
  change?: string;
  /** at most 1000, default 100 */
  limit?: number;
  cursor?: string;
}

export interface UpdatePage {
  items: Update[];
  next_cursor?: string;
}

const mostListed = 1000;

/** The updates as people see them: the store knows which there are, their actors how they stand. */
export class UpdateList {
  readonly #store: DocumentStore;
  readonly #actors: ActorClient;

  constructor({ store, actors }: { store: DocumentStore; actors: ActorClient }) {
    this.#store = store;
    this.#actors = actors;
  }

  async get(id: string): Promise<Update | undefined> {
    await this.#store.refresh();
    const record = this.#store.find(id);
    return record && this.#view(record);
  }

  /** Newest first; `cursor` is what the page before gave. */
  async list(options: UpdateListOptions = {}): Promise<UpdatePage> {
    await this.#store.refresh();
    const limit = Math.min(options.limit ?? 100, mostListed);
    const all = this.#store
      .all()
      .filter(({ change }) => options.change === undefined || change === options.change);
    const start = options.cursor === undefined ? 0 : all.findIndex(({ id }) => id === options.cursor) + 1;
    const items: Update[] = [];
    for (const record of all.slice(start)) {
      if (items.length === limit) return { items, next_cursor: items.at(-1)?.id ?? '' };
      if (options.state !== undefined && record.state !== undefined && record.state !== options.state)
        continue;
      const view = await this.#view(record);
      if (options.state === undefined || view.state === options.state) items.push(view);
    }
    return { items };
  }

  async #view(record: UpdateRecord): Promise<Update> {
    const undoneBy = this.#store.undoneBy(record.id);
    const found = await this.#actors.snapshot(documentUpdateMachine, updateActor(record.id));
    if (found !== undefined) {
      const view = viewOfSnapshot(found.snapshot, undoneBy);
      // Kept here as well: an ended actor is forgotten one day, a rejection is not.
      if (found.view.status === 'done' && record.state === undefined) {
        await this.#store.learn(record.id, {
          state: view.state,
          ...(view.note === undefined ? {} : { note: view.note }),
        });
      }
      return view;
    }
    const { before, after } = record;
    const bytes = async (hash: string) => (hash === absent ? Buffer.alloc(0) : this.#store.getBlob(hash));
    const known = before !== undefined && after !== undefined;
    const hunks = known ? hunksBetween(await bytes(before), await bytes(after)) : [];
    return viewOfRecord(record, { hunks, undoneBy });
  }
}
