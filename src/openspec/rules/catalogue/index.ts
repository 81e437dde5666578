import type { Rule } from '../rule.ts';

/** Every rule of the reviewer, in the order of docs/rules.md. */
export const RULES: readonly Rule[] = [];
