export * from './errors.ts';
export { UNKNOWN_CONTEXT_TOKENS } from './health.ts';
export { createLmStudio } from './lm-studio.ts';
export { monitorHealth } from './monitor.ts';
export { type StartOutcome, startServer } from './start-server.ts';
export { DEFAULT_SECONDS_PER_CALL, sectionsFor, TokenBudget } from './token-budget.ts';
export type * from './types.ts';
