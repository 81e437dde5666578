import { operationCount } from '../delta-requirements.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'no-deltas',
  severity: 'warning',
  summary: 'The change brings no requirement, and does not say that it needs none.',
  why: 'A change without deltas leaves the specs as they are; where that is meant, `skip_specs: true` in .openspec.yaml says so.',
  bad: `=== specs/sessions/spec.md
# Sessions

Sign people out after 30 quiet minutes.
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
    if (change.skipSpecs || change.deltas.some((delta) => operationCount(delta) > 0)) return [];
    const file = change.deltas[0]?.file ?? change.proposal?.file ?? change.files[0]?.file ?? change.folder;
    const message = 'No ADDED, MODIFIED, REMOVED or RENAMED requirement in specs/ of the change';
    return [{ file, line: 1, message }];
  },
};
