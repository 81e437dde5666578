import { TerminalError } from '../errors.ts';
import type { QueueSet } from '../queues/index.ts';
import type { Verdict } from './committer.ts';
import type { Delivery } from './delivery.ts';
import type { JobData } from './jobs.ts';
import { partitionCount } from './keys.ts';
import type { StoredEntry } from './outbox.ts';
import type { ActorRecord, ChildFence, EffectFence } from './record.ts';
import type { ActorStore } from './store.ts';

export interface SweeperOptions {
  store: ActorStore;
  queues: QueueSet<JobData>;
  relay(entries: readonly StoredEntry[]): Promise<void>;
  deliver(actor: string, delivery: Delivery): Promise<Verdict>;
  everyMs: number;
  /** what is younger is still being worked on by the process that committed it */
  outboxAgeMs: number;
  runningAgeMs: number;
  onProblem(error: unknown): void;
}

/**
 * Makes good what a crash left: outbox entries whose relay died, invokes whose job is missing, done or failed while the
 * fence is live, children whose parent does not know their end (invariant 7; R7, R8, R11).
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #current: Promise<void> = Promise.resolve();
  #busy = false;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), this.#options.everyMs);
    this.#tick();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#current;
  }

  #tick(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#current = this.sweep().finally(() => {
      this.#busy = false;
    });
  }

  /** One round over all partitions. What fails is told and looked at again: it never keeps the others from their turn. */
  async sweep(): Promise<void> {
    const { store, outboxAgeMs, runningAgeMs } = this.#options;
    for (let partition = 0; partition < partitionCount; partition += 1) {
      await this.#guarded(async () => {
        for (const stored of await store.outbox(partition, outboxAgeMs)) {
          await this.#guarded(() => this.#carry(stored));
        }
      });
      await this.#guarded(async () => {
        for (const actor of await store.running(partition, runningAgeMs)) {
          await this.#guarded(() => this.#look(actor));
        }
      });
    }
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => this.#options.onProblem(error));
  }

  async #carry(stored: StoredEntry): Promise<void> {
    const { entry, id } = stored;
    // Its job may be a dead one of the same id, which an add would leave as it is.
    if (entry.kind === 'effect' || entry.kind === 'revoke') await this.#removeEnded(entry.queue, id);
    await this.#options.relay([stored]);
  }

  async #removeEnded(queue: string, jobId: string): Promise<void> {
    const job = await this.#options.queues.queue(queue).getJob(jobId);
    if (job === undefined) return;
    const state = await job.getState();
    if (state === 'completed' || state === 'failed') await job.remove();
  }

  async #look(actor: string): Promise<void> {
    const record = await this.#options.store.load(actor);
    if (record === undefined) return;
    for (const [id, fence] of record.fences) {
      if (fence.kind === 'effect') await this.#lookAtEffect(record, id, fence);
      else if (fence.kind === 'child') await this.#lookAtChild(record, id, fence);
    }
  }

  async #lookAtEffect(record: ActorRecord, id: string, fence: EffectFence): Promise<void> {
    const { queues, deliver } = this.#options;
    const { src, queue, phase } = fence;
    const jobId = phase === 'revoking' ? `${id}.revoke` : id;
    const job = await queues.queue(queue).getJob(jobId);
    const state = job === undefined ? 'missing' : await job.getState();
    if (state === 'failed' && phase === 'live' && !fence.irreversible) {
      const value = new TerminalError(job?.failedReason ?? `${src} failed`);
      await deliver(record.id, { kind: 'report', fence: id, outcome: 'error', value });
      return;
    }
    if (state !== 'missing' && state !== 'completed' && state !== 'failed') return;
    await job?.remove();
    const data: JobData = {
      kind: phase === 'live' && state !== 'failed' ? 'effect' : 'revoke',
      actor: record.id,
      effect: id,
    };
    await queues.queue(queue).add(src, data, queues.jobOptions(queue, jobId));
  }

  /** R8: the child's record decides, not the job that was to start it. */
  async #lookAtChild(record: ActorRecord, id: string, fence: ChildFence): Promise<void> {
    const { store, relay, deliver } = this.#options;
    const child = await store.load(id);
    if (child === undefined) {
      const { machine, input } = fence;
      const parent = { actor: record.id, fence: id };
      await relay([{ id, number: 0, atMs: 0, entry: { kind: 'start', machine, input, parent } }]);
    } else if (child.status === 'done') {
      await deliver(record.id, { kind: 'report', fence: id, outcome: 'done', value: child.output });
    } else if (child.status === 'error') {
      await deliver(record.id, { kind: 'report', fence: id, outcome: 'error', value: child.error });
    }
  }
}
