import type { LintContext, Requirement, RuleReport, Scenario } from '../../model.ts';
import { canonRequirement, deltaRequirements } from '../delta-requirements.ts';
import { outcomes } from '../language/outcomes.ts';
import { isDenying, isReversing } from '../language/polarity.ts';
import { type Statement, statements } from '../language/statements.ts';
import { shared, significantStems, stem } from '../language/words.ts';
import type { Rule } from '../rule.ts';

/** A prohibition with one of these says what is left allowed. */
const LIMITED = /\b(?:unless|except|until|other than)\b/i;
/** To forbid one of these is to ask for something: "SHALL NOT leave files behind". */
const DOUBLE_NEGATIVES = new Set(
  'leave fail prevent block ignore omit skip lose break remain rely depend assume require'
    .split(' ')
    .map(stem),
);

export const rule: Rule = {
  id: 'negated-requirement',
  severity: 'warning',
  summary: 'A requirement forbids what its own name and scenarios, or the spec it modifies, ask for.',
  why: 'A stray NOT passes every structural check, and whoever implements the body builds the opposite of the scenarios.',
  bad: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL NOT sign a person out after 30 quiet minutes.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
- **THEN** the system signs the person out
`,
  good: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL NOT sign a person out before 30 quiet minutes have passed.

#### Scenario: Short pause
- **WHEN** a session has been quiet for 29 minutes
- **THEN** the person is not signed out
`,
  check(context) {
    return deltaRequirements(context.change).flatMap(({ capability, file, kind, requirement }) => {
      const place = { file, capability, requirement: requirement.name };
      const all = statements(requirement.body, requirement.bodyLine);
      const flipped =
        kind === 'modified' ? flippedStatement(context, capability, requirement, all) : undefined;
      if (flipped !== undefined) return [{ ...place, ...flipped }];
      const denied = all.find((statement, index) => isDenied(requirement, statement, index === 0));
      if (denied === undefined) return [];
      const message = `The body forbids what the scenarios show: "${denied.sentence.slice(0, 160)}"`;
      return [{ ...place, line: denied.line, message }];
    });
  },
};

/** Whether name and scenarios assert what the statement forbids. */
function isDenied(requirement: Requirement, { modality, predicate }: Statement, isFirst: boolean): boolean {
  if (modality !== 'forbids' || LIMITED.test(predicate)) return false;
  const forbidden = significantStems(predicate);
  const asserting = requirement.scenarios.filter((scenario) => !isReversing(spoken(scenario)));
  const shows = (scenario: Scenario) => coverage(forbidden, significantStems(happening(scenario))) >= 0.75;
  return asserting.some(shows) || (isFirst && isUndisputed(requirement, forbidden));
}

function coverage(wanted: ReadonlySet<string>, given: ReadonlySet<string>): number {
  const both = shared(wanted, given);
  return both < 2 ? 0 : both / wanted.size;
}

/**
 * One requirement in a hundred begins with a prohibition, and nearly all of those show that the forbidden thing stays
 * away. Where the outcomes that do it are no fewer than those that deny it, the NOT is the odd one out.
 */
function isUndisputed({ name, scenarios }: Requirement, forbidden: ReadonlySet<string>): boolean {
  const [verb = ''] = forbidden;
  if (scenarios.length === 0 || DOUBLE_NEGATIVES.has(verb) || isDenying(name, forbidden)) return false;
  const told = scenarios.flatMap((scenario) => [
    scenario.name,
    ...outcomes(scenario).map(({ text }) => text),
  ]);
  const enough = forbidden.size <= 4 ? 1 : 3;
  const balance = { denials: 0, assertions: 0 };
  for (const text of told) {
    const stems = significantStems(text);
    const about = shared(forbidden, stems);
    if (isDenying(text, forbidden)) {
      if (about >= enough || stems.has(verb)) balance.denials += 1;
    } else if (about >= Math.max(2, enough) || stems.has(verb)) {
      balance.assertions += 1;
    }
  }
  if (balance.denials > balance.assertions) return false;
  return shared(forbidden, significantStems(`${name} ${told.join(' ')}`)) >= 2;
}

function happening(scenario: Scenario): string {
  return outcomes(scenario)
    .map(({ text }) => text)
    .join(' ');
}

function spoken(scenario: Scenario): string {
  return `${scenario.name} ${happening(scenario)}`;
}

/** A statement that says the opposite of the spec's while the scenarios stay as they are there. */
function flippedStatement(
  context: LintContext,
  capability: string,
  requirement: Requirement,
  all: Statement[],
): Pick<RuleReport, 'line' | 'message'> | undefined {
  const canon = canonRequirement(context, capability, requirement.name)?.requirement;
  if (canon === undefined || !sameOutcomes(canon, requirement)) return undefined;
  const before = new Map(statements(canon.body).map((statement) => [claim(statement), statement.modality]));
  const flipped = all.find((statement) => isOpposite(before.get(claim(statement)), statement.modality));
  if (flipped === undefined) return undefined;
  const verb =
    flipped.modality === 'forbids' ? 'forbids what the spec asks for' : 'asks for what the spec forbids';
  return {
    line: flipped.line,
    message: `This ${verb}, with the same scenarios: "${flipped.sentence.slice(0, 160)}"`,
  };
}

function isOpposite(before: Statement['modality'] | undefined, after: Statement['modality']): boolean {
  return (before === 'obliges' && after === 'forbids') || (before === 'forbids' && after === 'obliges');
}

function claim({ subject, predicate }: Statement): string {
  return [...significantStems(`${subject} ${predicate}`)].sort().join(' ');
}

function sameOutcomes(canon: Requirement, modified: Requirement): boolean {
  const known = new Set(canon.scenarios.map(spoken));
  return modified.scenarios.length > 0 && modified.scenarios.every((scenario) => known.has(spoken(scenario)));
}
