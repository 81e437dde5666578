import type { QueueSet } from '../queues/index.ts';
import type { Verdict } from './committer.ts';
import type { Delivery } from './delivery.ts';
import { type JobData, timersQueue } from './jobs.ts';
import { actorOf, partitionCount, partitionOf, rootOf } from './keys.ts';
import type { ActorStore } from './store.ts';

export interface TimersOptions {
  store: ActorStore;
  queues: QueueSet<JobData>;
  deliver(actor: string, delivery: Delivery): Promise<Verdict>;
  /** a worker's clock may be slow: Redis is asked at least this often */
  pollMs: number;
  onProblem(error: unknown): void;
}

const batch = 100;
// Beneath this the wake-up of this process is enough; a job is for when it dies in between.
const jobFromMs = 1_000;

/** Fires what is due by Redis's clock, earliest first. Timers are data: this only looks (invariant 5). */
export class Timers {
  readonly #options: TimersOptions;
  readonly #wakes = new Map<number, { atMs: number; timer: NodeJS.Timeout }>();
  readonly #firing = new Map<number, Promise<void>>();
  #poll: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: TimersOptions) {
    this.#options = options;
  }

  start(): void {
    this.#poll = setInterval(() => this.#fireAll(), this.#options.pollMs);
    this.#fireAll();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#poll);
    for (const { timer } of this.#wakes.values()) clearTimeout(timer);
    await Promise.all(this.#firing.values());
  }

  /** A commit of this process armed a timer. */
  armed(actor: string, delayMs: number): void {
    const partition = partitionOf(rootOf(actor));
    const earliest = this.#wakeIn(partition, delayMs);
    if (!earliest || delayMs < jobFromMs) return;
    const { queues, onProblem } = this.#options;
    // One job a partition and second: the id makes the doubles one.
    const jobId = `wake.${partition}.${Math.ceil((Date.now() + delayMs) / 1000)}`;
    const options = { ...queues.jobOptions(timersQueue, jobId), delay: delayMs };
    queues.queue(timersQueue).add('wake', { kind: 'wake', partition }, options).catch(onProblem);
  }

  #wakeIn(partition: number, delayMs: number): boolean {
    if (this.#stopped) return false;
    const atMs = Date.now() + delayMs;
    const planned = this.#wakes.get(partition);
    if (planned !== undefined && planned.atMs <= atMs) return false;
    clearTimeout(planned?.timer);
    const cappedMs = Math.min(Math.max(1, Math.ceil(delayMs)), this.#options.pollMs * 60);
    const timer = setTimeout(() => {
      this.#wakes.delete(partition);
      void this.fire(partition);
    }, cappedMs);
    this.#wakes.set(partition, { atMs, timer });
    return true;
  }

  #fireAll(): void {
    for (let partition = 0; partition < partitionCount; partition += 1) void this.fire(partition);
  }

  /** Fires what is due in one partition. A call while one is under way is that one. */
  fire(partition: number): Promise<void> {
    const before = this.#firing.get(partition);
    if (before !== undefined) return before;
    const current = this.#fire(partition)
      .catch((error: unknown) => this.#options.onProblem(error))
      .finally(() => this.#firing.delete(partition));
    this.#firing.set(partition, current);
    return current;
  }

  async #fire(partition: number): Promise<void> {
    // Nothing is popped: what cannot be delivered now (its actor is parked) is passed over, or it would hold up the rest.
    let offset = 0;
    while (!this.#stopped) {
      const { due, nextInMs } = await this.#options.store.due(partition, { offset, limit: batch });
      const left = await Promise.all([...groupByActor(due)].map((group) => this.#deliver(...group)));
      offset += left.reduce((sum, count) => sum + count, 0);
      if (due.length < batch) {
        if (nextInMs !== undefined) this.#wakeIn(partition, nextInMs);
        return;
      }
    }
  }

  /** Of one actor the earliest first: an earlier one may cancel a later one. Gives how many stay due. */
  async #deliver(actor: string, fences: string[]): Promise<number> {
    let left = 0;
    for (const fence of fences) {
      try {
        const { verdict } = await this.#options.deliver(actor, { kind: 'timer', fence });
        if (verdict === 'early') left += 1;
      } catch (error) {
        left += 1;
        this.#options.onProblem(error);
      }
    }
    return left;
  }
}

function groupByActor(effectIds: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const id of effectIds) {
    const group = groups.get(actorOf(id));
    if (group === undefined) groups.set(actorOf(id), [id]);
    else group.push(id);
  }
  return groups;
}
