export { byPlace } from './by-place.ts';
export { RULES } from './catalogue/index.ts';
export { type LintOptions, lint } from './lint.ts';
export type { Rule } from './rule.ts';
export { fromValidation } from './validation.ts';
