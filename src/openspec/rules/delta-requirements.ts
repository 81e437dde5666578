import type { CapabilitySpec, DeltaSpec, LintContext, OpenSpecChange, Requirement } from '../model.ts';

/** A requirement that a change adds or rewrites, with the delta it stands in. */
export interface DeltaRequirement {
  capability: string;
  file: string;
  kind: 'added' | 'modified';
  requirement: Requirement;
}

/** The requirements whose text a change brings, in the order of its files. */
export function deltaRequirements(change: OpenSpecChange): DeltaRequirement[] {
  return change.deltas.flatMap(({ capability, file, added, modified }) => [
    ...added.map((requirement) => ({ capability, file, kind: 'added' as const, requirement })),
    ...modified.map((requirement) => ({ capability, file, kind: 'modified' as const, requirement })),
  ]);
}

/** How many operations a delta holds. */
export function operationCount(delta: DeltaSpec): number {
  return delta.added.length + delta.modified.length + delta.removed.length + delta.renamed.length;
}

/** A requirement's name as OpenSpec compares it: white space folded, case kept. */
export function nameKey(name: string): string {
  return name.trim().replace(/\s+/g, ' ');
}

/** The requirement that a capability's spec holds under this name. */
export function canonRequirement(
  { specs }: LintContext,
  capability: string,
  name: string,
): { spec: CapabilitySpec; requirement: Requirement } | undefined {
  const spec = specs.find((candidate) => candidate.capability === capability);
  if (spec === undefined) return undefined;
  const key = nameKey(name);
  const requirement = spec.requirements.find((candidate) => nameKey(candidate.name) === key);
  return requirement === undefined ? undefined : { spec, requirement };
}

/** A requirement's normative text and scenarios with white space folded: equal for equal content. */
export function contentKey({ body, scenarios }: Requirement): string {
  const steps = scenarios.flatMap(({ name, steps }) => [
    name,
    ...steps.map(({ keyword, text }) => `${keyword} ${text}`),
  ]);
  return [body, ...steps].map(nameKey).join('\n');
}
