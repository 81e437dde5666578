import type { Rule } from '../rule.ts';
import { isEmptySection } from '../sections.ts';

export const rule: Rule = {
  id: 'empty-task-group',
  severity: 'warning',
  summary: 'A heading in tasks.md has nothing below it.',
  why: 'The work that the heading announces will not be done: OpenSpec counts only the `- [ ]` lines.',
  bad: `=== tasks.md
## 1. Sessions

- [ ] 1.1 Sign people out of a shared computer after 30 idle minutes, with an audit entry

## 2. Documentation
`,
  good: `=== tasks.md
## 1. Sessions

- [ ] 1.1 Sign people out of a shared computer after 30 idle minutes, with an audit entry

## 2. Documentation

- [ ] 2.1 Say in the manual when a session ends
`,
  check({ change: { tasksFile, tasks } }) {
    if (tasksFile === undefined || tasks.length === 0) return [];
    const { file, sections } = tasksFile;
    return sections
      .filter(({ level }, index) => level > 1 && isEmptySection(sections, index))
      .map(({ title, line }) => ({ file, line, message: `"${title}" has no task` }));
  },
};
