import { TerminalError } from '../errors.ts';
import type { QueueSet } from '../queues/index.ts';
import type { Verdict } from './committer.ts';
import type { Delivery } from './delivery.ts';
import type { JobData } from './jobs.ts';
import { actorOf } from './keys.ts';
import type { StoredEntry } from './outbox.ts';
import type { Parent } from './record.ts';
import type { ActorStore } from './store.ts';

export interface RelayOptions {
  store: ActorStore;
  queues: QueueSet<JobData>;
  deliver(actor: string, delivery: Delivery): Promise<Verdict>;
  startChild(o: { machine: string; id: string; input: unknown; parent: Parent }): Promise<unknown>;
  onProblem(error: unknown): void;
}

/**
 * Carries the outbox out of Redis's one atomic write: jobs are added, then the entry goes; an event to an actor is
 * delivered, and its entry goes only after the receiver's commit (R6d). Every step may be done twice.
 */
export class Relay {
  readonly #options: RelayOptions;
  /** Deliveries of one sender go one after the other: its dense numbers arrive in order, a child before what it is told. */
  readonly #tails = new Map<string, Promise<void>>();

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Resolves when the jobs are added; deliveries to other actors go on behind it. */
  async relay(entries: readonly StoredEntry[]): Promise<void> {
    const jobs = entries.filter(({ entry }) => entry.kind === 'effect' || entry.kind === 'revoke');
    const deliveries = entries.filter(({ entry }) => entry.kind !== 'effect' && entry.kind !== 'revoke');
    for (const stored of deliveries) this.#behind(stored);
    // The commit stands whether or not its jobs can be added now: the entries stay, and the sweeper tries again.
    await Promise.all(jobs.map((stored) => this.#addJob(stored).catch(this.#options.onProblem)));
  }

  /** Waits for the deliveries that are under way in this process. */
  async settled(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }

  async #addJob({ id, entry }: StoredEntry): Promise<void> {
    const { queues, store } = this.#options;
    if (entry.kind === 'effect') {
      const actor = actorOf(id);
      const data: JobData = { kind: 'effect', actor, effect: id };
      await queues.queue(entry.queue).add(entry.src, data, queues.jobOptions(entry.queue, id));
      await store.deleteEntry(actor, id);
    } else if (entry.kind === 'revoke') {
      const actor = actorOf(entry.fence);
      const data: JobData = { kind: 'revoke', actor, effect: entry.fence };
      await queues.queue(entry.queue).add(`revoke ${entry.src}`, data, queues.jobOptions(entry.queue, id));
      await store.deleteEntry(actor, id);
    }
  }

  #behind(stored: StoredEntry): void {
    const sender = senderOf(stored);
    const tail = (this.#tails.get(sender) ?? Promise.resolve())
      .then(() => this.#carry(stored))
      // The entry stays: the sweeper tries again.
      .catch((error: unknown) => this.#options.onProblem(error))
      .finally(() => {
        if (this.#tails.get(sender) === tail) this.#tails.delete(sender);
      });
    this.#tails.set(sender, tail);
  }

  async #carry({ id, entry, number }: StoredEntry): Promise<void> {
    const { store, deliver, startChild } = this.#options;
    switch (entry.kind) {
      case 'send': {
        const { verdict } = await deliver(entry.to, {
          kind: 'peer',
          from: entry.from,
          number,
          event: entry.event,
        });
        if (verdict !== 'later') await store.deleteEntry(entry.from, id);
        return;
      }
      case 'start': {
        const { machine, input, parent } = entry;
        try {
          await startChild({ machine, id, input, parent });
        } catch (error) {
          if (!(error instanceof TerminalError)) throw error;
          // A child that can never start has failed for good: its parent waits for a word (invariant 7).
          await deliver(parent.actor, { kind: 'report', fence: id, outcome: 'error', value: error });
        }
        await store.deleteEntry(parent.actor, id);
        return;
      }
      case 'end': {
        const { parent, outcome, value } = entry;
        await deliver(parent.actor, { kind: 'report', fence: parent.fence, outcome, value });
        await store.deleteEntry(parent.actor, id);
        return;
      }
      case 'effect':
      case 'revoke':
        await this.#addJob({ id, entry, number, atMs: 0 });
    }
  }
}

function senderOf({ id, entry }: StoredEntry): string {
  if (entry.kind === 'send') return entry.from;
  return entry.kind === 'start' ? entry.parent.actor : id;
}
