import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'missing-proposal',
  severity: 'warning',
  summary: 'The change has no proposal.md, or an empty one.',
  why: 'Nobody can approve a change that does not say what it is for; OpenSpec validates and archives it all the same.',
  bad: `=== proposal.md
`,
  good: `=== proposal.md
## Why
Sessions outlive the browser, so a shared computer stays signed in.

## What Changes
- Sign people out after a quiet half hour.
`,
  check({ change }) {
    const { proposal } = change;
    if (proposal === undefined) {
      const file = change.files[0]?.file ?? change.folder;
      return [{ file, line: 1, message: `${change.folder} has no proposal.md` }];
    }
    if (proposal.problem !== undefined || proposal.text.trim() !== '') return [];
    return [{ file: proposal.file, line: 1, message: 'The proposal is empty' }];
  },
};
