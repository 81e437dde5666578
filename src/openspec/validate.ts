/** The door to validation: OpenSpec's own validator, on the folder as it is or as it would be. */
export { validateChange } from './validate-change.ts';
export { validateCopy } from './validate-copy.ts';
export { validateSpec } from './validate-spec.ts';
export type { ValidationIssue } from './validation-issue.ts';
export { type ValidatorChoice, type ValidatorVersion, validatorVersion } from './validator-module.ts';
