import { deltaRequirements } from '../delta-requirements.ts';
import { isFailing } from '../language/polarity.ts';
import { statements } from '../language/statements.ts';
import { stem, words } from '../language/words.ts';
import type { Rule } from '../rule.ts';

/** What depends on something outside: on what a person typed, a file, a network. */
const FALLIBLE = new Set(
  'parse upload download fetch connect authenticate authorize validate import login decrypt verify deserialize migrate'
    .split(' ')
    .map(stem),
);

export const rule: Rule = {
  id: 'requirement-without-negative-case',
  severity: 'info',
  summary: 'A requirement about something that can fail has no scenario in which it does.',
  why: 'What happens then is left to whoever implements it, and is found out in operation.',
  bad: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out settings
The system SHALL import the idle time of each group of people from a file.

#### Scenario: Import
- **WHEN** an administrator imports a file with one line a group
- **THEN** each group has the idle time of its line
`,
  good: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out settings
The system SHALL import the idle time of each group of people from a file.

#### Scenario: Import
- **WHEN** an administrator imports a file with one line a group
- **THEN** each group has the idle time of its line

#### Scenario: Broken file
- **WHEN** a line of the file has no number
- **THEN** the file is rejected, naming the line
`,
  check({ change }) {
    return deltaRequirements(change).flatMap(({ capability, file, requirement }) => {
      const { name, line, body, scenarios } = requirement;
      if (scenarios.length === 0 || isFailing(name) || isFailing(body) || !isFallible(body)) return [];
      const shown = scenarios.some((scenario) =>
        isFailing([scenario.name, ...scenario.steps.map(({ text }) => text)].join(' ')),
      );
      if (shown) return [];
      const message = `No scenario says what happens when "${name}" fails`;
      return [{ file, line, capability, requirement: name, message }];
    });
  },
};

/** Whether what the requirement obliges to is one of the things that fail. */
function isFallible(body: string): boolean {
  return statements(body).some(
    ({ modality, predicate }) =>
      modality === 'obliges' &&
      words(predicate)
        .slice(0, 3)
        .some((word) => FALLIBLE.has(stem(word))),
  );
}
