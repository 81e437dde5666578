export * from './analysis/index.ts';
export * from './report/index.ts';
export { type ReviewRequest, reviewChange } from './review-change.ts';
export { type PathFilter, pathFilter } from './review-paths.ts';
export { type ReviewResult, reviewResult } from './review-result.ts';
export { Reviewer, type ReviewerOptions, type Surroundings } from './reviewer.ts';
