import { operationCount } from '../delta-requirements.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'capability-without-delta',
  severity: 'warning',
  summary: 'The proposal says that a capability changes, but the change has no delta for it.',
  why: 'The spec stays as it was when the change is archived, and no longer says what the system does.',
  bad: `=== proposal.md
## Why
Sessions outlive the browser, so a shared computer stays signed in.

## What Changes
- Sign people out after a quiet half hour.

## Capabilities

### New Capabilities
- \`sessions\`: how long a person stays signed in

### Modified Capabilities
- \`accounts\`: signing in starts a session
`,
  good: `=== proposal.md
## Why
Sessions outlive the browser, so a shared computer stays signed in.

## What Changes
- Sign people out after a quiet half hour.

## Capabilities

### New Capabilities
- \`sessions\`: how long a person stays signed in
`,
  check({ change, specs }) {
    const { proposal, deltas, capabilities } = change;
    const brought = new Set(
      deltas.filter((delta) => operationCount(delta) > 0).map(({ capability }) => capability),
    );
    if (proposal === undefined || brought.size === 0) return [];
    const specified = new Set(specs.map(({ capability }) => capability));
    return capabilities.flatMap(({ name, line }) => {
      if (brought.has(name) || !specified.has(name)) return [];
      const message = `\`${name}\` is said to change, but specs/${name}/spec.md of the change has no requirement for it`;
      return [{ file: proposal.file, line, capability: name, message }];
    });
  },
};
