import { operationCount } from '../delta-requirements.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'capability-not-named',
  severity: 'info',
  summary: 'The change brings requirements for a capability that its proposal does not name.',
  why: 'Whoever reads only the proposal does not learn that this part of the system changes too.',
  bad: `=== proposal.md
## Why
A shared computer stays signed in.

## What Changes
- Sign people out after a quiet half hour.

## Capabilities

### Modified Capabilities
`,
  good: `=== proposal.md
## Why
A shared computer stays signed in.

## What Changes
- Sign people out after a quiet half hour.

## Capabilities

### New Capabilities
- \`sessions\`: how long a person stays signed in
`,
  check({ change: { proposal, deltas, capabilities } }) {
    // A proposal without the section, of an older format, was never asked to name them.
    const section = proposal?.sections.find(({ title }) => /^capabilities$/i.test(title.trim()));
    if (proposal === undefined || section === undefined) return [];
    const named = new Set(capabilities.map(({ name }) => name));
    return deltas.flatMap((delta) => {
      const { capability } = delta;
      if (operationCount(delta) === 0 || named.has(capability) || proposal.text.includes(capability))
        return [];
      const message = `The proposal does not name \`${capability}\`, for which ${delta.file} brings requirements`;
      return [{ file: proposal.file, line: section.line, capability, message }];
    });
  },
};
