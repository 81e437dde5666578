import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'document-problem',
  severity: 'error',
  summary: 'A file of the change cannot be read: it is too large, not UTF-8, or its YAML is broken.',
  why: 'What cannot be read is not reviewed, not validated, and not merged when the change is archived.',
  bad: `=== .openspec.yaml
schema: spec-driven
skip_specs: perhaps
`,
  good: `=== .openspec.yaml
schema: spec-driven
skip_specs: false
`,
  check({ change }) {
    return change.files.flatMap(({ file, problem }) =>
      problem === undefined ? [] : [{ file, line: 1, message: `${file} ${problem}` }],
    );
  },
};
