import { deltaRequirements } from '../delta-requirements.ts';
import { shared, significantStems } from '../language/words.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'requirement-without-task',
  severity: 'info',
  summary: 'No task speaks of this requirement, by any word of its name.',
  why: 'What no task names is easily not built, and the change still counts as complete.',
  bad: `=== tasks.md
## 1. Preparation

- [ ] 1.1 Upgrade the web framework
`,
  good: `=== tasks.md
## 1. Preparation

- [ ] 1.1 Upgrade the web framework
- [ ] 1.2 Sign people out of a shared computer after 30 idle minutes, with an audit entry
`,
  check({ change }) {
    if (change.tasks.length === 0) return [];
    const tasks = significantStems(change.tasks.map(({ text, group }) => `${group ?? ''} ${text}`).join(' '));
    return deltaRequirements(change).flatMap(({ capability, file, requirement }) => {
      const { name, line } = requirement;
      const topic = significantStems(name);
      if (topic.size < 2 || shared(topic, tasks) > 0) return [];
      return [{ file, line, capability, requirement: name, message: `No task names "${name}"` }];
    });
  },
};
