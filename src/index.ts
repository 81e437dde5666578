export { type Config, type LoadConfigOptions, loadConfig } from './config/index.ts';
export { DocumentManager, type OpenSpecDocument } from './documents/index.ts';
export * from './errors.ts';
export { FeedbackLoop, type Improvement, type Insight, type Metrics } from './improvement/index.ts';
export { type Ask, QuestionRouter } from './questions/index.ts';
export type * from './types/index.ts';
export {
  openWorkflow,
  type Workflow,
  type WorkflowApi,
  type WorkflowOptions,
  WorkflowOrchestrator,
} from './workflow/index.ts';
