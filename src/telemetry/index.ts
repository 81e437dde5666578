export { EventFeed, type FeedEntry } from './feed.ts';
export { Metrics, type MetricSources } from './metrics.ts';
