import { deltaRequirements } from '../delta-requirements.ts';
import { hasWords } from '../language/words.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'scenario-without-trigger',
  severity: 'warning',
  summary: 'A scenario says what then, but not when: it has neither WHEN nor GIVEN.',
  why: 'An outcome without its occasion holds always or never; two people will test two different things.',
  bad: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL sign a person out after 30 quiet minutes.

#### Scenario: Quiet session
- **THEN** the person is signed out
`,
  good: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL sign a person out after 30 quiet minutes.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
- **THEN** the person is signed out
`,
  check({ change }) {
    return deltaRequirements(change).flatMap(({ capability, file, requirement }) =>
      requirement.scenarios.flatMap(({ name, line, steps }) => {
        const first = steps.findIndex(({ keyword }) => keyword === 'THEN');
        const before = first < 0 ? steps : steps.slice(0, first);
        if (first < 0 || before.some(({ text }) => hasWords(text))) return [];
        const message = `Scenario "${name}" does not say when it applies`;
        return [{ file, line, capability, requirement: requirement.name, message }];
      }),
    );
  },
};
