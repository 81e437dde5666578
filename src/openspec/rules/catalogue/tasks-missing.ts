import { operationCount } from '../delta-requirements.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'tasks-missing',
  severity: 'info',
  summary: 'The change has requirements but no tasks.',
  why: 'OpenSpec applies a change task by task: without tasks there is nothing to apply.',
  bad: `=== tasks.md
## 1. Sessions

We shall see.
`,
  good: `=== tasks.md
## 1. Sessions

- [ ] 1.1 Sign people out of a shared computer after 30 idle minutes, with an audit entry; a test moves the clock
`,
  check({ change: { tasksFile, tasks, deltas, proposal } }) {
    if (tasks.length > 0 || !deltas.some((delta) => operationCount(delta) > 0)) return [];
    if (tasksFile !== undefined)
      return [{ file: tasksFile.file, line: 1, message: 'No `- [ ]` line in tasks.md' }];
    const file = proposal?.file ?? deltas[0]?.file;
    return file === undefined ? [] : [{ file, line: 1, message: 'The change has no tasks.md' }];
  },
};
