export { EventFeed, type FeedEntry } from './feed.ts';
export { type MetricSources, Metrics } from './metrics.ts';
