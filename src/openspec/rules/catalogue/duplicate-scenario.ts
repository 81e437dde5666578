import { deltaRequirements, nameKey } from '../delta-requirements.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'duplicate-scenario',
  severity: 'warning',
  summary: 'A requirement has two scenarios of one name.',
  why: 'OpenSpec tells scenarios apart by name: a later change that modifies one can lose the other unseen.',
  bad: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL sign a person out after 30 quiet minutes.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
- **THEN** the person is signed out

#### Scenario: Quiet session
- **WHEN** a session of an administrator has been quiet for 30 minutes
- **THEN** the administrator is signed out
`,
  good: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL sign a person out after 30 quiet minutes.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
- **THEN** the person is signed out

#### Scenario: Quiet session of an administrator
- **WHEN** a session of an administrator has been quiet for 30 minutes
- **THEN** the administrator is signed out
`,
  check({ change }) {
    return deltaRequirements(change).flatMap(({ capability, file, requirement }) => {
      const first = new Map<string, number>();
      return requirement.scenarios.flatMap(({ name, line }) => {
        const before = first.get(nameKey(name));
        if (before !== undefined) {
          const message = `Scenario "${name}" stands at line ${before} already`;
          return [{ file, line, capability, requirement: requirement.name, message }];
        }
        first.set(nameKey(name), line);
        return [];
      });
    });
  },
};
