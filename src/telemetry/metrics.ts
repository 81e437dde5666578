import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What the gauges read when they are scraped. */
export interface MetricSources {
  queueCounts(): Promise<Record<string, Record<string, number>>>;
  counters(): Promise<Record<string, number>>;
}

/** Prometheus metrics of one process. No ids in labels: their number stays small. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #transitions: Counter;
  readonly #requests: Histogram;

  constructor(sources: MetricSources) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, prefix: 'specloop_' });
    this.#transitions = new Counter({
      name: 'specloop_transitions_total',
      help: 'Committed transitions of this process',
      labelNames: ['machine', 'to'],
      registers,
    });
    this.#requests = new Histogram({
      name: 'specloop_model_seconds',
      help: 'Wall clock of one model analysis, seconds',
      buckets: [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600],
      registers,
    });
    new Gauge({
      name: 'specloop_queue_jobs',
      help: 'Jobs by queue and state',
      labelNames: ['queue', 'state'],
      registers,
      async collect() {
        for (const [queue, counts] of Object.entries(await sources.queueCounts())) {
          for (const [state, count] of Object.entries(counts)) this.set({ queue, state }, count);
        }
      },
    });
    new Gauge({
      name: 'specloop_events',
      help: 'Counted over all processes: repeated effects, late results, failures',
      labelNames: ['event'],
      registers,
      async collect() {
        for (const [event, count] of Object.entries(await sources.counters())) this.set({ event }, count);
      },
    });
  }

  transition(machine: string, to: string): void {
    this.#transitions.inc({ machine, to: to.split('.')[0] ?? to });
  }

  analysed(seconds: number): void {
    this.#requests.observe(seconds);
  }

  /** Prometheus text exposition format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
