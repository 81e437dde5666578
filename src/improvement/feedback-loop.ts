import type { Redis } from 'ioredis';
import type { Tunables } from '../tunables/index.ts';
import { FeedbackAnalyzer } from './feedback-analyzer.ts';
import {
  type Improvement,
  type ImprovementState,
  improvementSchema,
  type Measurement,
} from './improvement.ts';
import { ImprovementStore } from './improvement-store.ts';
import type { Insight } from './insight.ts';
import { LoopController } from './loop-controller.ts';
import type { MetricSources } from './measure/collect.ts';
import type { Metrics } from './measure/metrics.ts';

export interface FeedbackLoopOptions extends MetricSources {
  tunables: Tunables;
  redis: Redis;
  /** the prefix of every key */
  ns: string;
  /** feedback_loop.mode: `off` measures only, `suggest` waits for a person, `auto` may apply what needs none */
  mode: 'off' | 'suggest' | 'auto';
  /** feedback_loop.improvement_threshold: the share that a gain must reach to be of interest */
  threshold: number;
  /** feedback_loop.accept; default `strict` */
  accept?: 'strict' | 'accumulate';
  /** ms since the epoch; default Redis's clock, which stamps the histories */
  nowMs?: () => number;
}

/** What an improvement did so far. Only `keep` is a proven gain; `inconclusive` goes on. */
export interface Impact {
  verdict: 'inconclusive' | 'keep' | 'harmful' | 'unproven';
  measured?: Measurement;
  why: string;
  improvement: Improvement;
}

/**
 * The feedback loop: measures specloop at work, says what that means, proposes steps of tunables, applies them, and keeps
 * what is proven better. It changes tunables and nothing else.
 *
 * A trial here compares before and after. Experiments on replayed work, and the OpenSpec root of specloop's own where
 * each improvement is a change, are not built yet; until then `change` of an improvement is the name it will have.
 *
 * @example
 * const metrics = await loop.collectMetrics();
 * const [improvement] = await loop.proposeImprovements(loop.generateInsights(metrics));
 * if (improvement) await loop.applyImprovement(improvement.id, { by: 'person:ada' });
 */
export class FeedbackLoop {
  readonly #analyzer: FeedbackAnalyzer;
  readonly #controller: LoopController;
  readonly #store: ImprovementStore;
  readonly #tunables: Tunables;

  constructor(options: FeedbackLoopOptions) {
    const { tunables, redis, ns, mode, threshold, accept = 'strict' } = options;
    this.#tunables = tunables;
    this.#store = new ImprovementStore(redis, ns);
    const nowMs = async () => options.nowMs?.() ?? this.#store.nowMs();
    this.#analyzer = new FeedbackAnalyzer(options, nowMs);
    this.#controller = new LoopController({
      analyzer: this.#analyzer,
      store: this.#store,
      tunables,
      mode,
      threshold,
      accept,
      nowMs,
    });
  }

  /** What was recorded in a window, ms since the epoch; default the last thirty days. */
  collectMetrics(window: { fromMs?: number; toMs?: number } = {}): Promise<Metrics> {
    return this.#analyzer.collectMetrics(window);
  }

  /** What the metrics say. Pure: the same metrics, the same insights; none below a minimum number of cases. */
  generateInsights(metrics: Metrics): Insight[] {
    return this.#analyzer.generateInsights(metrics);
  }

  /** The steps that the insights point at and that wait for a yes: new ones, and those that wait already. */
  async proposeImprovements(insights: readonly Insight[]): Promise<Improvement[]> {
    return (await this.#controller.propose(insights)).map(shown);
  }

  /** One turn of the analysis: measures, concludes and proposes. Applies nothing. */
  async analyse(): Promise<{ metrics: Metrics; insights: Insight[]; improvements: Improvement[] }> {
    const metrics = await this.collectMetrics();
    const insights = this.generateInsights(metrics);
    return { metrics, insights, improvements: await this.proposeImprovements(insights) };
  }

  /**
   * Puts an improvement on trial.
   *
   * @param options.by `person:NAME`, or who else; only a person may in mode `suggest`, and where the registry says so
   * @throws UserError `improving-off`, `improving-paused`, `needs-person`, `too-early`, `not-found`
   * @throws ConflictError when it is not waiting, does not fit any more, or another one of its group is on trial
   */
  async applyImprovement(id: string, options: { by: string }): Promise<Improvement> {
    return shown(await this.#controller.apply(id, options));
  }

  /**
   * Looks at what an improvement did. Proven harm, and no proof by the end of its budget, take it back; a proven gain is
   * kept. After its end: what was decided.
   */
  async measureImpact(id: string): Promise<Impact> {
    const { record, ...judgement } = await this.#controller.measure(id);
    return { ...judgement, improvement: shown(record) };
  }

  /** Rejects an improvement that waits, and takes back one that is on trial or was kept. Works while paused. */
  async stop(id: string, options: { by: string; why?: string }): Promise<Improvement> {
    return shown(await this.#controller.stop(id, options));
  }

  async get(id: string): Promise<Improvement | undefined> {
    const stored = await this.#store.get(id);
    return stored && shown(stored.record);
  }

  /** Newest first. `cursor` is the id after which the page begins. */
  async list(
    options: { state?: ImprovementState; limit?: number; cursor?: string } = {},
  ): Promise<{ items: Improvement[]; next_cursor?: string }> {
    const { state, limit = 100, cursor } = options;
    const all = (await this.#store.all()).map(({ record }) => shown(record)).reverse();
    const after = cursor === undefined ? all : all.slice(all.findIndex(({ id }) => id === cursor) + 1);
    const wanted = after.filter((one) => state === undefined || one.state === state);
    const items = wanted.slice(0, limit);
    const last = items.at(-1);
    return { items, ...(wanted.length > items.length && last ? { next_cursor: last.id } : {}) };
  }

  /** Call once at the start of the process that holds the root. */
  recover(): Promise<void> {
    return this.#controller.recover();
  }

  /** The kill switch: takes back what is on trial; nothing is proposed or tuned until `resumeImproving`. */
  pauseImproving(by = 'person'): Promise<void> {
    return this.#controller.pause(by);
  }

  resumeImproving(): Promise<void> {
    return this.#tunables.resumeImproving();
  }

  /** Why improving is paused; undefined when it is not. */
  paused(): Promise<string | undefined> {
    return this.#tunables.paused();
  }
}

/** What is told of an improvement: all but how it is judged. */
function shown(record: Improvement): Improvement {
  return improvementSchema.parse(record);
}
