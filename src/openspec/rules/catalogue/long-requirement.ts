import { deltaRequirements } from '../delta-requirements.ts';
import { statements } from '../language/statements.ts';
import type { Rule } from '../rule.ts';

/** OpenSpec's own limit for the text of a requirement in the specs. */
const MAX_CHARACTERS = 500;
const MAX_STATEMENTS = 4;

const obligation = (subject: string) => `The system SHALL ${subject}.`;
const PARTS = [
  'record the time of the last request of every session',
  'end a session after 30 quiet minutes',
  'write the end of each session into the audit log of the account',
  'answer the next request of an ended session with the sign-in page',
  'let an administrator choose another idle time for a group of people',
  'apply the shortest idle time where a person belongs to more than one group',
  'show a person the idle time that applies to them on the account page',
  'keep the text of a form that was being written when the session ended',
];

export const rule: Rule = {
  id: 'long-requirement',
  severity: 'info',
  summary: `One requirement holds several: over ${MAX_CHARACTERS} characters and more than ${MAX_STATEMENTS} statements.`,
  why: 'It can be modified only as a whole, so that every later change repeats all of it and overlaps with the others.',
  bad: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
${PARTS.map(obligation).join('\n')}

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
- **THEN** the person is signed out
`,
  good: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
${PARTS.slice(0, 2).map(obligation).join('\n')}

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
- **THEN** the person is signed out
`,
  check({ change }) {
    return deltaRequirements(change).flatMap(({ capability, file, requirement }) => {
      const { name, line, body } = requirement;
      const count = statements(body).length;
      if (body.length <= MAX_CHARACTERS || count <= MAX_STATEMENTS) return [];
      const message = `"${name}" makes ${count} statements in ${body.length} characters`;
      return [{ file, line, capability, requirement: name, message }];
    });
  },
};
