import type { DeltaSpec, LintContext, RuleReport } from '../../model.ts';
import { canonRequirement, contentKey, nameKey } from '../delta-requirements.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'duplicate-requirement',
  severity: 'error',
  summary: 'The change adds a requirement that the spec has already, with another text, or adds one twice.',
  why: 'OpenSpec refuses to archive it; meanwhile there are two texts under one name.',
  bad: `=== specs/accounts/spec.md
## ADDED Requirements

### Requirement: Signing in
The system SHALL start a session when a person signs in.

#### Scenario: Right password
- **WHEN** a person gives the right password
- **THEN** a session starts
=== proposal.md
## Why
Sessions outlive the browser, so a shared computer stays signed in.

## What Changes
- Start a session when a person signs in, and end it after a quiet half hour.

## Capabilities

### New Capabilities
- \`sessions\`: how long a person stays signed in

### Modified Capabilities
- \`accounts\`: signing in starts a session
`,
  good: `=== specs/accounts/spec.md
## MODIFIED Requirements

### Requirement: Signing in
The system SHALL start a session when a person signs in.

#### Scenario: Right password
- **WHEN** a person gives the right password
- **THEN** a session starts
=== proposal.md
## Why
Sessions outlive the browser, so a shared computer stays signed in.

## What Changes
- Start a session when a person signs in, and end it after a quiet half hour.

## Capabilities

### New Capabilities
- \`sessions\`: how long a person stays signed in

### Modified Capabilities
- \`accounts\`: signing in starts a session
`,
  check(context) {
    return context.change.deltas.flatMap((delta) => [...repeated(delta), ...alreadyThere(context, delta)]);
  },
};

/** Names that stand twice among the added or the modified ones. */
function repeated({ capability, file, added, modified }: DeltaSpec): RuleReport[] {
  return [added, modified].flatMap((requirements) => {
    const first = new Map<string, number>();
    return requirements.flatMap(({ name, line }) => {
      const before = first.get(nameKey(name));
      if (before === undefined) first.set(nameKey(name), line);
      if (before === undefined) return [];
      return [
        { file, line, capability, requirement: name, message: `"${name}" stands at line ${before} already` },
      ];
    });
  });
}

function alreadyThere(
  context: LintContext,
  { capability, file, added, removed, renamed }: DeltaSpec,
): RuleReport[] {
  const vacated = new Set(
    [...removed.map(({ name }) => name), ...renamed.map(({ from }) => from)].map(nameKey),
  );
  return added.flatMap((requirement) => {
    const canon = canonRequirement(context, capability, requirement.name);
    if (canon === undefined || vacated.has(nameKey(requirement.name))) return [];
    // The same text in both places is a change whose specs were synced before archiving.
    if (contentKey(canon.requirement) === contentKey(requirement)) return [];
    const message = `"${requirement.name}" is added, but ${canon.spec.file} has it already (line ${canon.requirement.line}): modify it`;
    return [{ file, line: requirement.line, capability, requirement: requirement.name, message }];
  });
}
