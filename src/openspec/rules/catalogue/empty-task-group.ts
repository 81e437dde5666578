import type { Section } from '../../model.ts';
import { proseLines } from '../language/prose.ts';
import { words } from '../language/words.ts';
import type { Rule } from '../rule.ts';
import { sectionText } from '../section-text.ts';

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
    const isEmpty = (section: Section) =>
      section.level > 1 &&
      !proseLines(sectionText(tasksFile, section)).some(({ text }) => words(text).length > 0);
    return tasksFile.sections
      .filter(isEmpty)
      .map(({ title, line }) => ({ file: tasksFile.file, line, message: `"${title}" has no task` }));
  },
};
