import type { LintContext, Requirement } from '../../model.ts';
import { type DeltaRequirement, deltaRequirements, nameKey } from '../delta-requirements.ts';
import { amounts, type Claim, claims } from '../language/claims.ts';
import type { Rule } from '../rule.ts';

/** A claim with the requirement that makes it, and where that stands. */
interface Source {
  claim: Claim;
  requirement: Requirement;
  capability: string;
  file: string;
}

export const rule: Rule = {
  id: 'contradicting-requirement',
  severity: 'warning',
  summary:
    'Two requirements of a capability say the opposite, or give different numbers, about the same thing.',
  why: 'No system can meet both; which one wins is decided by whoever reads only one of them.',
  bad: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL sign out an idle person after 30 minutes.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
- **THEN** the person is signed out

### Requirement: Shared computers
The system SHALL sign out an idle person after 10 minutes.

#### Scenario: Library
- **WHEN** a person walks away from a library computer
- **THEN** the next visitor sees the sign-in page
`,
  good: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL sign out an idle person after 30 minutes.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
- **THEN** the person is signed out

### Requirement: Shared computers
The system SHALL sign out an idle person of a shared computer after 10 minutes.

#### Scenario: Library
- **WHEN** a person walks away from a library computer
- **THEN** the next visitor sees the sign-in page
`,
  check(context) {
    const known = new Map<string, Source[]>();
    for (const source of [...specSources(context), ...otherSources(context)]) remember(known, source);
    return deltaRequirements(context.change).flatMap((delta) => {
      const { capability, file, requirement } = delta;
      const sources = sourcesOf(delta);
      // One finding a requirement: the sentences of a contradicted one most often fall together.
      const found = firstConflict(known, sources);
      for (const source of sources) remember(known, source);
      if (found === undefined) return [];
      const { own, other } = found;
      const message = `"${own.claim.text.slice(0, 140)}" contradicts "${other.requirement.name}" (${other.file}:${other.claim.line}): "${other.claim.text.slice(0, 140)}"`;
      return [{ file, line: own.claim.line, capability, requirement: requirement.name, message }];
    });
  },
};

function remember(known: Map<string, Source[]>, source: Source): void {
  const key = keyOf(source);
  const before = known.get(key);
  if (before === undefined) known.set(key, [source]);
  // A few are enough to find a conflict, and keep a text of equal sentences from taking quadratic time.
  else if (before.length < 8) before.push(source);
}

function keyOf({ claim, capability }: Source): string {
  return `${capability}\n${claim.about}`;
}

function firstConflict(
  known: Map<string, Source[]>,
  sources: Source[],
): { own: Source; other: Source } | undefined {
  for (const own of sources) {
    const other = known.get(keyOf(own))?.find((candidate) => conflicts(own, candidate));
    if (other !== undefined) return { own, other };
  }
  return undefined;
}

function conflicts(a: Source, b: Source): boolean {
  // Two texts of one requirement are two versions of it: overlapping-change speaks of those.
  if (nameKey(a.requirement.name) === nameKey(b.requirement.name)) return false;
  return a.claim.negative !== b.claim.negative || differInNumbers(a.claim, b.claim);
}

function differInNumbers(a: Claim, b: Claim): boolean {
  const [ours, theirs] = [amounts(a), amounts(b)];
  return ours !== theirs && ours !== '' && theirs !== '';
}

function sourcesOf({ capability, file, requirement }: Omit<DeltaRequirement, 'kind'>): Source[] {
  return claims(requirement).map((claim) => ({ claim, requirement, capability, file }));
}

/** The spec's requirements that stay as they are when this change is archived. */
function specSources({ change, specs }: LintContext): Source[] {
  return specs.flatMap(({ capability, file, requirements }) => {
    const delta = change.deltas.find((candidate) => candidate.capability === capability);
    if (delta === undefined) return [];
    const replaced = new Set(
      [...delta.added, ...delta.modified, ...delta.removed].map(({ name }) => nameKey(name)),
    );
    for (const { from } of delta.renamed) replaced.add(nameKey(from));
    return requirements
      .filter(({ name }) => !replaced.has(nameKey(name)))
      .flatMap((requirement) => sourcesOf({ capability, file, requirement }));
  });
}

function otherSources({ change, otherChanges }: LintContext): Source[] {
  const touched = new Set(change.deltas.map(({ capability }) => capability));
  return otherChanges.flatMap((other) =>
    deltaRequirements(other)
      .filter(({ capability }) => touched.has(capability))
      .flatMap(sourcesOf),
  );
}
