import type { Rule } from '../rule.ts';

const PROPOSAL = `=== proposal.md
## Why
Sessions outlive the browser, and the secret question opens them to anyone who knows the family.

## What Changes
- **BREAKING** Drop the secret question, and sign people out after a quiet half hour.

## Capabilities

### New Capabilities
- \`sessions\`: how long a person stays signed in

### Modified Capabilities
- \`accounts\`: the secret question goes
`;

export const rule: Rule = {
  id: 'removal-without-reason',
  severity: 'warning',
  summary: 'A requirement is removed without a reason.',
  why: 'The text is gone from the specs once archived: the reason is all that tells a later reader it was meant.',
  bad: `=== specs/accounts/spec.md
## REMOVED Requirements

### Requirement: Secret question
${PROPOSAL}`,
  good: `=== specs/accounts/spec.md
## REMOVED Requirements

### Requirement: Secret question
**Reason**: The answers can be looked up.
**Migration**: People set a new password by mail.
${PROPOSAL}`,
  check({ change }) {
    return change.deltas.flatMap(({ capability, file, removed }) =>
      removed.flatMap(({ name, line, reason }) => {
        if (reason !== undefined && reason.trim() !== '') return [];
        const message = `"${name}" is removed without a **Reason**`;
        return [{ file, line, capability, requirement: name, message }];
      }),
    );
  },
};
