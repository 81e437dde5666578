import type { Insight } from '../insight.ts';
import type { Metrics } from '../measure/metrics.ts';
import { bottlenecks } from './bottlenecks.ts';
import { efficiency } from './efficiency.ts';
import { errorInsights } from './error-insights.ts';
import { featureUse } from './feature-use.ts';

/** What the metrics say, by the four analyses of the design. Pure: the same metrics, the same insights. */
export function generateInsights(metrics: Metrics): Insight[] {
  return [...efficiency(metrics), ...errorInsights(metrics), ...bottlenecks(metrics), ...featureUse(metrics)];
}
