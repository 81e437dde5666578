import { deltaRequirements } from '../delta-requirements.ts';
import { blankCode, blankQuotes } from '../language/prose.ts';
import { statements } from '../language/statements.ts';
import type { Rule } from '../rule.ts';

/** "Fail fast" is a term of its own. */
const AMBIGUOUS =
  /\b(?:(?:very |reasonably |sufficiently )?(?:(?<!fail[s-]? ?)fast|quickly|rapidly|promptly|slow|slowly|scalable|performant|efficiently|efficient)|as (?:(?<!fail[s-]? ?)fast|quickly|soon|much|many) as possible|in a timely manner|in real[- ]time|near real[- ]time|soon|frequently|occasionally|periodically|regularly|from time to time|a (?:few|lot of|large number of|small number of|reasonable (?:time|number|amount))|many|several|numerous|large|huge|minimal (?:delay|latency|overhead)|low latency|high (?:load|volume|performance|availability))\b/i;

export const rule: Rule = {
  id: 'ambiguous-quantity',
  severity: 'info',
  summary: 'A normative sentence measures with a word: fast, many, large, soon.',
  why: 'Nobody can test it, and each reader puts in a number of their own.',
  bad: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL quickly sign out a person who is idle.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
- **THEN** the person is signed out
`,
  good: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL sign out a person within 60 seconds after 30 idle minutes.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
- **THEN** the person is signed out
`,
  check({ change }) {
    return deltaRequirements(change).flatMap(({ capability, file, requirement }) =>
      statements(requirement.body, requirement.bodyLine).flatMap(({ modality, predicate, line }) => {
        const found = AMBIGUOUS.exec(measured(predicate))?.[0];
        // A number beside the word says what it means.
        if (modality !== 'obliges' || found === undefined || /\d/.test(predicate)) return [];
        const message = `"${found}" has no measure`;
        return [{ file, line, capability, requirement: requirement.name, message }];
      }),
    );
  },
};

/** What is to be done, without the purpose: "so that people quickly see" measures nothing. */
function measured(predicate: string): string {
  return blankQuotes(blankCode(predicate)).split(/\b(?:so|because|in order|to allow|to let)\b/i)[0] ?? '';
}
