export { EventFeed, type FeedEntry } from './feed.ts';
export { openLog } from './log.ts';
export { type MetricSources, Metrics } from './metrics.ts';
export { Problems } from './problems.ts';
