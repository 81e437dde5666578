import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { RetryableError, StaleError, TerminalError, toError, UserError } from '../errors.ts';
import type { EffectContext } from './api.ts';
import type { Verdict } from './committer.ts';
import type { Delivery } from './delivery.ts';
import type { JobData } from './jobs.ts';
import { type EffectFence, fenceSchema } from './record.ts';
import type { AnyEffect } from './registry.ts';
import type { ActorStore } from './store.ts';

export interface EffectWorkerOptions {
  store: ActorStore;
  effect(actor: string, src: string): Promise<AnyEffect | undefined>;
  attemptsOf(queue: string): number;
  deliver(actor: string, delivery: Delivery): Promise<Verdict>;
  /** results larger than this are refused by name */
  resultLimitBytes: number;
  /** how often a running effect asks whether it is still wanted, ms */
  livenessMs: number;
}

const handBackMs = 1_000;

/** Runs effects: at least once each, and exactly one result of each is accepted (invariant 4). */
export class EffectWorker {
  readonly #options: EffectWorkerOptions;
  readonly #running = new Map<string, AbortController>();
  #stopping = false;

  constructor(options: EffectWorkerOptions) {
    this.#options = options;
  }

  /** Aborts what runs here for fences that are gone. */
  abort(effectIds: readonly string[]): void {
    for (const id of effectIds) this.#running.get(id)?.abort(new StaleError(`${id} is no longer wanted`));
  }

  /** The process stops: what runs is told, and taken up again elsewhere. */
  stop(reason: string): void {
    this.#stopping = true;
    for (const controller of this.#running.values()) controller.abort(new RetryableError(reason));
  }

  /** Reads the fence in Redis, never in a cache (the core model's fenceFromStore). */
  async #fence(actor: string, effect: string): Promise<EffectFence | undefined> {
    const stored = await this.#options.store.fence(actor, effect);
    if (stored === undefined) return undefined;
    const fence = fenceSchema.parse(JSON.parse(stored));
    return fence.kind === 'effect' ? fence : undefined;
  }

  async process(job: Job<JobData>, token: string | undefined): Promise<void> {
    const { data } = job;
    if (data.kind === 'wake') return;
    if (this.#stopping) return this.#handBack(job, token);
    const { store } = this.#options;
    const fence = await this.#fence(data.actor, data.effect);
    if (fence === undefined) return;
    // Once a revoke is under way it alone answers.
    if (data.kind === 'effect' && fence.phase === 'revoking') return;
    const effect = await this.#options.effect(data.actor, fence.src);
    // R14: another process's version.
    if (effect === undefined) return this.#handBack(job, token);
    const attempt = job.attemptsStarted;
    if (attempt > 1) await store.count(`repeated:${fence.src}`);
    const controller = new AbortController();
    const liveness = setInterval(() => {
      store.fence(data.actor, data.effect).then(
        (stored) => stored === undefined && this.abort([data.effect]),
        () => {},
      );
    }, this.#options.livenessMs);
    this.#running.set(data.effect, controller);
    const context: EffectContext = {
      actor: data.actor,
      effectId: data.effect,
      attempt,
      signal: controller.signal,
    };
    try {
      const output =
        data.kind === 'revoke'
          ? await this.#revoke(effect, fence, context)
          : await effect.run(fence.input, context);
      const value = this.#checked(output, fence);
      await this.#report(data, { kind: 'report', fence: data.effect, outcome: 'done', value });
    } catch (thrown) {
      // That this process stops is no failure of the work, whatever the work threw because of it.
      if (this.#stopping) return this.#handBack(job, token);
      await this.#failed({ job, fence, effect, context, error: toError(thrown) });
    } finally {
      clearInterval(liveness);
      this.#running.delete(data.effect);
    }
  }

  /** Gives a job to whoever is next, at no attempt. */
  async #handBack(job: Job<JobData>, token: string | undefined): Promise<never> {
    await job.moveToDelayed(Date.now() + (this.#stopping ? 0 : handBackMs), token);
    throw new DelayedError();
  }

  #revoke(effect: AnyEffect, fence: EffectFence, context: EffectContext): Promise<unknown> {
    if (effect.revoke === undefined) throw new TerminalError(`${fence.src} cannot be revoked`);
    return effect.revoke(fence.input, context);
  }

  #checked(output: unknown, fence: EffectFence): unknown {
    const json = JSON.stringify(output);
    if (json === undefined) return undefined;
    const sizeBytes = Buffer.byteLength(json);
    if (sizeBytes > this.#options.resultLimitBytes) {
      const limit = this.#options.resultLimitBytes;
      throw new TerminalError(
        `the result of ${fence.src} has ${sizeBytes} bytes, more than the ${limit} allowed`,
      );
    }
    return JSON.parse(json);
  }

  async #report(data: { actor: string; effect: string }, delivery: Delivery): Promise<void> {
    const { store, deliver } = this.#options;
    const { verdict } = await deliver(data.actor, delivery);
    if (verdict === 'ended' && (await store.settle(data.actor, data.effect))) return;
    if (verdict !== 'applied') await store.count(`results:${verdict}`);
  }

  /** Invariant 7: a failure that is not tried again becomes the invoke's error event, before the job fails. */
  async #failed(o: {
    job: Job<JobData>;
    fence: EffectFence;
    effect: AnyEffect;
    context: EffectContext;
    error: Error;
  }): Promise<void> {
    const { job, fence, effect, context, error } = o;
    const { store } = this.#options;
    if (error instanceof StaleError) return store.count('results:aborted');
    const terminal = error instanceof TerminalError || error instanceof UserError;
    const last = job.attemptsMade + 1 >= this.#options.attemptsOf(fence.queue);
    if (!terminal && !last) throw error;
    await store.count(`failed:${fence.src}`);
    const target = { actor: context.actor, effect: context.effectId };
    const report = await this.#verdictOf(effect, fence, context, error);
    await this.#report(target, { kind: 'report', fence: context.effectId, ...report });
    throw new UnrecoverableError(error.message);
  }

  /** R1: an irreversible effect that failed may have been done all the same: its sink says. */
  async #verdictOf(
    effect: AnyEffect,
    fence: EffectFence,
    context: EffectContext,
    failure: Error,
  ): Promise<{ outcome: 'done' | 'error'; value: unknown }> {
    if (!fence.irreversible) return { outcome: 'error', value: failure };
    try {
      return { outcome: 'done', value: await this.#revoke(effect, fence, { ...context, failure }) };
    } catch (thrown) {
      return { outcome: 'error', value: thrown };
    }
  }
}
