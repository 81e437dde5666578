import { operationCount } from '../delta-requirements.ts';
import { proposalCapabilities } from '../proposal-capabilities.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'capability-not-found',
  severity: 'warning',
  summary: 'The proposal names a capability that neither the change nor the specs have.',
  why: 'Whoever approves the proposal approves something that the change does not bring.',
  bad: `=== proposal.md
## Why
Sessions outlive the browser, so a shared computer stays signed in.

## What Changes
- Sign people out after a quiet half hour.

## Capabilities

### New Capabilities
- \`sessions\`: how long a person stays signed in
- \`devices\`: which devices are trusted
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
    const { proposal } = change;
    const deltas = change.deltas.filter((delta) => operationCount(delta) > 0);
    // Before its first delta the whole change is a plan: no-deltas says so.
    if (proposal === undefined || deltas.length === 0) return [];
    const known = new Set([...deltas, ...specs].map(({ capability }) => capability));
    return proposalCapabilities(change).flatMap(({ name, line }) => {
      if (known.has(name)) return [];
      const message = `There is no capability \`${name}\`, neither in specs/ of the change nor in the root's`;
      return [{ file: proposal.file, line, capability: name, message }];
    });
  },
};
