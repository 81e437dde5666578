import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'unanswered-question',
  severity: 'info',
  summary: 'An open question of the documents has no answer yet.',
  why: 'Whoever implements the change will answer it alone, and nobody will know.',
  bad: `=== design.md
## Open Questions

- Does the sign-in page say why the session ended?
`,
  good: `=== design.md
## Open Questions

- Does the sign-in page say why the session ended?
  - **Answer**: Yes, in one line above the form.
`,
  check({ change: { openQuestions } }) {
    return openQuestions
      .filter(({ answered }) => !answered)
      .map(({ text, file, line, endLine }) => ({
        file,
        line,
        endLine,
        message: `Open: ${text.slice(0, 200)}`,
      }));
  },
};
