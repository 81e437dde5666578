export { FeedbackAnalyzer } from './feedback-analyzer.ts';
export { FeedbackLoop, type FeedbackLoopOptions, type Impact } from './feedback-loop.ts';
export {
  type Improvement,
  type ImprovementState,
  improvementSchema,
  improvementStateSchema,
  type Measurement,
  type Prediction,
} from './improvement.ts';
export { type Insight, insightSchema } from './insight.ts';
export { LoopController } from './loop-controller.ts';
export { type Metrics, metricsSchema } from './measure/metrics.ts';
