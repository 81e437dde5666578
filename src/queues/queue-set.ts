import { type Job, type JobsOptions, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { RetryableError } from '../errors.ts';
import type { QueuePolicy } from './policies.ts';

/** Gives a named Redis connection; `blocking` ones may wait for ever. */
export type Connect = (kind: 'commands' | 'blocking', name: string) => Redis;

export type Processor<Data> = (job: Job<Data>, token: string | undefined) => Promise<void>;

// Short locks, so that a killed process's work is taken over within seconds; they are renewed while the process lives.
const lockDurationMs = 5_000;
const stalledIntervalMs = 2_000;

function backoffOf(policy: QueuePolicy) {
  return (attemptsMade: number, _type?: string, error?: Error): number => {
    if (error instanceof RetryableError && error.retryAfterMs !== undefined) return error.retryAfterMs;
    const ceiling = Math.min(policy.backoffMaxMs, policy.backoffMs * 2 ** (attemptsMade - 1));
    return Math.round(ceiling * (0.5 + Math.random() * 0.5));
  };
}

/** BullMQ's queues and workers, opened from the table of policies. */
export class QueueSet<Data> {
  readonly #queues = new Map<string, { policy: QueuePolicy; queue: Queue<Data> }>();
  readonly #workers: Worker<Data>[] = [];
  readonly #connect: Connect;
  readonly #prefix: string;
  readonly #onError: (queue: string, error: Error) => void;

  /** @param options.prefix begins every key; put it in braces for Redis Cluster */
  constructor(options: {
    policies: readonly QueuePolicy[];
    connect: Connect;
    prefix: string;
    onError(queue: string, error: Error): void;
  }) {
    this.#connect = options.connect;
    this.#prefix = options.prefix;
    this.#onError = options.onError;
    const connection = options.connect('commands', 'queues');
    for (const policy of options.policies) {
      const queue = new Queue<Data>(policy.name, { connection, prefix: options.prefix });
      queue.on('error', (error) => options.onError(policy.name, error));
      this.#queues.set(policy.name, { policy, queue });
    }
  }

  get names(): string[] {
    return [...this.#queues.keys()];
  }

  get queues(): Queue<Data>[] {
    return [...this.#queues.values()].map(({ queue }) => queue);
  }

  #entry(name: string): { policy: QueuePolicy; queue: Queue<Data> } {
    const entry = this.#queues.get(name);
    if (entry === undefined)
      throw new RangeError(`there is no queue "${name}": queues are ${this.names.join(', ')}`);
    return entry;
  }

  queue(name: string): Queue<Data> {
    return this.#entry(name).queue;
  }

  /** The options of every job of this queue. */
  jobOptions(name: string, jobId: string): JobsOptions {
    const { policy } = this.#entry(name);
    return {
      jobId,
      attempts: policy.attempts,
      backoff: { type: 'policy' },
      lifo: policy.newestFirst ?? false,
      removeOnComplete: { age: policy.keepCompleted.ageS, count: policy.keepCompleted.count },
      removeOnFail: { age: policy.keepFailed.ageS, count: policy.keepFailed.count },
    };
  }

  attemptsOf(name: string): number {
    return this.#entry(name).policy.attempts;
  }

  /** Sets the limits that hold over all processes, and takes away those that an earlier configuration left there. */
  async prepare(): Promise<void> {
    for (const { policy, queue } of this.#queues.values()) {
      const { globalConcurrency, rate } = policy;
      await (globalConcurrency === undefined
        ? queue.removeGlobalConcurrency()
        : queue.setGlobalConcurrency(globalConcurrency));
      await (rate === undefined
        ? queue.removeGlobalRateLimit()
        : queue.setGlobalRateLimit(rate.max, rate.durationMs));
    }
  }

  /** Starts taking jobs of one queue in this process. */
  work(name: string, processor: Processor<Data>): void {
    const { policy } = this.#entry(name);
    const worker = new Worker<Data>(name, (job, token) => processor(job, token), {
      connection: this.#connect('blocking', `worker ${name}`),
      prefix: this.#prefix,
      concurrency: policy.concurrency,
      lockDuration: lockDurationMs,
      stalledInterval: stalledIntervalMs,
      // A kill is not the job's fault; what kills again and again ends as an error event all the same.
      maxStalledCount: 5,
      drainDelay: 3,
      settings: { backoffStrategy: backoffOf(policy) },
    });
    worker.on('error', (error) => this.#onError(name, error));
    this.#workers.push(worker);
  }

  /** Stops taking jobs and waits for the ones at work, at most `deadlineMs`; what is cut off runs again elsewhere. */
  async close(deadlineMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, deadlineMs, 'late');
    });
    const calm = Promise.all(this.#workers.map((worker) => worker.close())).then(() => 'calm' as const);
    if ((await Promise.race([calm, late])) === 'late') {
      await Promise.all(this.#workers.map((worker) => worker.close(true)));
    }
    clearTimeout(timer);
    await Promise.all(this.queues.map((queue) => queue.close()));
  }
}
