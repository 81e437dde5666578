import type { CapabilitySpec, DeltaSpec, LintContext, RuleReport } from '../../model.ts';
import { nameKey } from '../delta-requirements.ts';
import type { Rule } from '../rule.ts';

interface Target {
  verb: 'modifies' | 'removes' | 'renames';
  name: string;
  line: number;
}

export const rule: Rule = {
  id: 'modified-target-missing',
  severity: 'error',
  summary: 'The change modifies, removes or renames a requirement that the spec does not have.',
  why: 'OpenSpec validates it with a remark only, and refuses to archive it.',
  bad: `=== specs/accounts/spec.md
## MODIFIED Requirements

### Requirement: Sign in
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
    return context.change.deltas.flatMap((delta) => missingTargets(context, delta));
  },
};

function missingTargets({ specs, otherChanges }: LintContext, delta: DeltaSpec): RuleReport[] {
  const { capability, file } = delta;
  const spec = specs.find((candidate) => candidate.capability === capability);
  const names = new Set(spec?.requirements.map(({ name }) => nameKey(name)));
  for (const { to } of delta.renamed) names.add(nameKey(to));
  // A change that waits for another one is right, once the other is archived first.
  for (const other of otherChanges.flatMap(({ deltas }) => deltas)) {
    if (other.capability !== capability) continue;
    for (const { name } of other.added) names.add(nameKey(name));
    for (const { to } of other.renamed) names.add(nameKey(to));
  }
  return targets(delta)
    .filter(({ name }) => !names.has(nameKey(name)))
    .map(({ verb, name, line }) => {
      const message = `The change ${verb} "${name}", which ${absence(spec, capability, name)}`;
      return { file, line, capability, requirement: name, message };
    });
}

function targets({ modified, removed, renamed }: DeltaSpec): Target[] {
  return [
    ...modified.map(({ name, line }): Target => ({ verb: 'modifies', name, line })),
    ...removed.map(({ name, line }): Target => ({ verb: 'removes', name, line })),
    ...renamed.map(({ from, line }): Target => ({ verb: 'renames', name: from, line })),
  ];
}

function absence(spec: CapabilitySpec | undefined, capability: string, name: string): string {
  if (spec === undefined) return `cannot be, as there is no specs/${capability}/spec.md`;
  const folded = nameKey(name).toLowerCase();
  const twin = spec.requirements.find((candidate) => nameKey(candidate.name).toLowerCase() === folded);
  return twin === undefined ? `${spec.file} does not have` : `${spec.file} writes "${twin.name}"`;
}
