import type { Requirement, Scenario } from '../../model.ts';
import { deltaRequirements } from '../delta-requirements.ts';
import { outcomes } from '../language/outcomes.ts';
import { blankCode, blankQuotes } from '../language/prose.ts';
import { statements } from '../language/statements.ts';
import { shared, significantStems, words } from '../language/words.ts';
import type { Rule } from '../rule.ts';

const WEAK = /\b(?:may|might|could|should)\b/i;
/** What follows one of these is no longer the outcome's main clause. */
const SUBORDINATE =
  /[,;(—]|\b(?:that|which|who|where|when|if|because|unless|so|explaining|stating|noting|saying|telling|suggesting|indicating|describing|listing|what|how|why|whether|as)\b/i;
/** "The user may retry" allows a person something: it takes nothing from what the system promises. */
const PERSONS = new Set(
  'user users people person developer developers team teams reader readers reviewer reviewers client clients caller callers operator operators they agent agents maintainer maintainers consumer consumers contributor contributors customer customers admin admins administrator administrators'.split(
    ' ',
  ),
);

export const rule: Rule = {
  id: 'weakened-outcome',
  severity: 'warning',
  summary: 'A THEN that only may, might, could or should come true.',
  why: 'A system that never does it satisfies the scenario too, so it takes back what the requirement promises.',
  bad: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL sign a person out after 30 quiet minutes.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
- **THEN** the session may be ended
`,
  good: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL sign a person out after 30 quiet minutes.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
- **THEN** the session is ended
`,
  check({ change }) {
    const found = deltaRequirements(change);
    const all = found.flatMap(({ requirement }) => requirement.scenarios.flatMap(outcomes));
    // Where most outcomes are written "should …", as in older test styles, it is the house's word for shall.
    const houseStyle =
      all.filter(({ text }) => weakWord(text) === 'should').length * 2 > Math.max(4, all.length);
    return found.flatMap(({ capability, file, requirement }) =>
      requirement.scenarios.flatMap(outcomes).flatMap((step) => {
        const word = weakWord(step.text);
        if (word === undefined || (word === 'should' && houseStyle) || permitted(requirement, step))
          return [];
        const message = `The outcome only "${word}" happen: "${step.text.slice(0, 120)}"`;
        return [{ file, line: step.line, capability, requirement: requirement.name, message }];
      }),
    );
  },
};

/** The weak verb of an outcome's main clause. */
function weakWord(text: string): string | undefined {
  const visible = blankQuotes(blankCode(text));
  const weak = WEAK.exec(visible);
  if (weak === null) return undefined;
  const before = visible.slice(0, weak.index);
  if (SUBORDINATE.test(before)) return undefined;
  const subject = words(before);
  if (PERSONS.has(subject.at(-1) ?? '') && weak[0].toLowerCase() !== 'should') return undefined;
  return weak[0].toLowerCase();
}

/** Whether the requirement itself leaves this open, so that the outcome only repeats it. */
function permitted({ name, body }: Requirement, step: Scenario['steps'][number]): boolean {
  const outcome = significantStems(step.text);
  return statements(`${name}.\n\n${body}`).some(
    ({ modality, sentence }) =>
      (modality === 'permits' || modality === 'recommends') &&
      shared(significantStems(sentence), outcome) >= 2,
  );
}
