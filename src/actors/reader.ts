import type { EventEmitter } from 'node:events';
import { type AnyStateMachine, createActor, type EventObject, type SnapshotFrom } from 'xstate';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { ActorView } from './api.ts';
import type { Committed } from './commit-request.ts';
import { actorOf } from './keys.ts';
import type { ActorRecord } from './record.ts';
import type { ActorStore } from './store.ts';

export interface HistoryEntry {
  seq: number;
  atMs: number;
  event: EventObject;
  from: string;
  to: string;
  effects: string[];
  by: string;
}

const historySchema = z.object({
  seq: z.number(),
  event: z.looseObject({ type: z.string() }),
  from: z.string(),
  to: z.string(),
  effects: z.array(z.string()),
  by: z.string(),
});

const cursorSchema = z.string().regex(/^\d{1,16}\../s);

// Another process may commit: waiting looks at Redis this often besides.
const lookMs = 250;

/** What can be seen of actors: reads only, by any process, whether it runs their machines or not. */
export class ActorReader {
  readonly #store: ActorStore;
  readonly #commits: EventEmitter;
  readonly #runs: (machine: string, version: string) => boolean;

  /** @param o.runs false for a version that no process here goes on with: its actors are parked */
  constructor(o: {
    store: ActorStore;
    commits: EventEmitter;
    runs(machine: string, version: string): boolean;
  }) {
    this.#store = o.store;
    this.#commits = o.commits;
    this.#runs = o.runs;
  }

  #view(record: ActorRecord): ActorView {
    const known = this.#runs(record.machine, record.version);
    return {
      id: record.id,
      machine: record.machine,
      version: record.version,
      seq: record.seq,
      state: record.value,
      status: record.status === 'active' && !known ? 'parked' : record.status,
      since: new Date(record.sinceMs).toISOString(),
      ...(record.output === undefined ? {} : { output: record.output }),
      ...(record.error === undefined ? {} : { error: record.error }),
    };
  }

  async get(id: string): Promise<ActorView | undefined> {
    const record = await this.#store.load(id);
    return record === undefined ? undefined : this.#view(record);
  }

  async snapshot<Machine extends AnyStateMachine>(
    machine: Machine,
    id: string,
  ): Promise<{ view: ActorView; snapshot: SnapshotFrom<Machine> } | undefined> {
    const record = await this.#store.load(id);
    // A snapshot of another version may name states that this one does not have: such an actor is parked, not read.
    if (record?.machine !== machine.id || record.version !== machine.version) return undefined;
    const logic: AnyStateMachine = machine;
    const restored = createActor(logic, { snapshot: JSON.parse(record.snapshot) }).getSnapshot();
    // The one cast: XState's types cannot say that a machine's own restored snapshot is its snapshot.
    return { view: this.#view(record), snapshot: restored as SnapshotFrom<Machine> };
  }

  async list(options: { machine?: string; limit?: number; cursor?: string }): Promise<{
    items: ActorView[];
    cursor?: string;
  }> {
    const limit = options.limit ?? 100;
    const before = options.cursor === undefined ? undefined : parseCursor(options.cursor);
    const ids = await this.#store.list({
      limit,
      ...(options.machine === undefined ? {} : { machine: options.machine }),
      ...(before === undefined ? {} : { before }),
    });
    const records = await Promise.all(ids.map(({ id }) => this.#store.load(id)));
    const items = records.filter((record) => record !== undefined).map((record) => this.#view(record));
    const last = ids.length === limit ? ids.at(-1) : undefined;
    return { items, ...(last === undefined ? {} : { cursor: `${last.atMs}.${last.id}` }) };
  }

  async waitFor(
    id: string,
    done: (view: ActorView) => boolean,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<ActorView | undefined> {
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
    for (;;) {
      const changed = this.#nextCommit(id, signal);
      const view = await this.get(id);
      if (view !== undefined && done(view)) {
        changed.cancel();
        return view;
      }
      if (signal.aborted) return undefined;
      await changed.promise;
    }
  }

  /** Resolves at the actor's next commit here, at a look that is due anyway (another process may commit), or on abort. */
  #nextCommit(id: string, signal: AbortSignal): { promise: Promise<void>; cancel(): void } {
    let cancel = () => {};
    const promise = new Promise<void>((resolve) => {
      const listener = (committed: Committed) => committed.actor === id && cancel();
      const timer = setTimeout(() => cancel(), lookMs);
      cancel = () => {
        clearTimeout(timer);
        this.#commits.off('committed', listener);
        signal.removeEventListener('abort', cancel);
        resolve();
      };
      this.#commits.on('committed', listener);
      signal.addEventListener('abort', cancel);
    });
    return { promise, cancel };
  }

  /** The fence chain: is this effect still wanted, by its actor and by every parent up to the root? For sinks (R5). */
  async fenceLive(effectId: string): Promise<boolean> {
    let fence = effectId;
    for (;;) {
      const record = await this.#store.load(actorOf(fence));
      const live = record?.fences.get(fence);
      if (record?.status !== 'active' || live === undefined) return false;
      if (live.kind === 'effect' && live.phase === 'revoking') return false;
      if (record.parent === undefined) return true;
      fence = record.parent.fence;
    }
  }

  /** The history of an actor, oldest first. */
  async history(id: string): Promise<HistoryEntry[]> {
    return (await this.#store.history(id)).map((stored) => {
      const mark = stored.indexOf('|');
      return {
        atMs: Number(stored.slice(0, mark)),
        ...historySchema.parse(JSON.parse(stored.slice(mark + 1))),
      };
    });
  }
}

/** `<ms>.<id>`, as a page gave it. It comes back from clients: whatever they write. */
function parseCursor(cursor: string): { atMs: number; id: string } {
  const parsed = cursorSchema.safeParse(cursor);
  if (!parsed.success) {
    throw new UserError('this cursor is not one of a page', {
      which: cursor,
      next: 'pass next_cursor of the page before, or none for the first page',
      exitCode: 2,
      code: 'usage',
    });
  }
  const mark = cursor.indexOf('.');
  return { atMs: Number(cursor.slice(0, mark)), id: cursor.slice(mark + 1) };
}
