import { questionFacts } from './facts/question-facts.ts';
import { updateFacts } from './facts/update-facts.ts';
import type { Insight } from './insight.ts';
import { generateInsights } from './insights/index.ts';
import { collectMetrics, type MetricSources, mostActors } from './measure/collect.ts';
import type { Metrics } from './measure/metrics.ts';
import type { Share } from './measure/quantiles.ts';
import { personObservations } from './measure/question-metrics.ts';
import { readHistories, type Window } from './measure/reading.ts';
import { overturnedQuotations } from './measure/update-metrics.ts';

/** What a trial is judged by. */
export interface Outcomes {
  /** 1 for a question that needed a person, else 0; oldest first */
  neededPerson: number[];
  overturned: Share;
}

const dayMs = 24 * 60 * 60 * 1000;
/** How far back is looked, unless a window says otherwise. */
export const lookBackMs = 30 * dayMs;

/** Looks at what the runtime recorded, and says what it means. Reads only. */
export class FeedbackAnalyzer {
  readonly #sources: MetricSources;
  readonly #nowMs: () => Promise<number>;

  constructor(sources: MetricSources, nowMs: () => Promise<number>) {
    this.#sources = sources;
    this.#nowMs = nowMs;
  }

  async collectMetrics(window: Partial<Window> = {}): Promise<Metrics> {
    // What happens in this very millisecond is in.
    const toMs = window.toMs ?? (await this.#nowMs()) + 1;
    return collectMetrics(this.#sources, { fromMs: window.fromMs ?? toMs - lookBackMs, toMs });
  }

  generateInsights(metrics: Metrics): Insight[] {
    return generateInsights(metrics);
  }

  async outcomes(window: Window): Promise<Outcomes> {
    const options = { sinceMs: window.fromMs, limit: mostActors };
    const [questions, updates] = await Promise.all([
      readHistories(this.#sources, { machine: 'question', ...options }),
      readHistories(this.#sources, { machine: 'documentUpdate', ...options }),
    ]);
    const facts = questions.histories.map(questionFacts).filter((one) => one !== undefined);
    const written = updates.histories.map(updateFacts).filter((one) => one !== undefined);
    return {
      neededPerson: personObservations(facts, window).map(({ needed }) => (needed ? 1 : 0)),
      overturned: overturnedQuotations(written, window),
    };
  }
}
