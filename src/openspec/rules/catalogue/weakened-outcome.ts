import type { Requirement } from '../../model.ts';
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
    const hedged = all.filter(({ text }) => weakVerb(text)?.toLowerCase() === 'should').length;
    // Where most outcomes are written "should …", as in older test styles, it is the house's word for shall.
    const houseStyle = hedged * 2 > Math.max(4, all.length);
    return found.flatMap(({ capability, file, requirement }) =>
      weakOutcomes(requirement).flatMap(({ verb, text, line }) => {
        if (houseStyle && verb.toLowerCase() === 'should') return [];
        const message = `The outcome only "${verb}" happen: "${text.slice(0, 120)}"`;
        return [{ file, line, capability, requirement: requirement.name, message }];
      }),
    );
  },
};

function weakOutcomes(requirement: Requirement): { verb: string; text: string; line: number }[] {
  const weak = requirement.scenarios.flatMap((scenario) => {
    const steps = outcomes(scenario)
      .filter(({ keyword }) => keyword !== 'none')
      .map((step) => ({ ...step, verb: weakVerb(step.text) }));
    const firm = steps.some(({ verb }) => verb === undefined);
    return steps.flatMap(({ keyword, verb, text, line }) =>
      verb === undefined ? [] : [{ verb, text, line, isAside: firm && keyword !== 'THEN' }],
    );
  });
  if (weak.length === 0) return [];
  const said = statements(`${requirement.name}.\n\n${requirement.body}`).map(({ modality, sentence }) => ({
    open: modality === 'permits' || modality === 'recommends',
    stems: significantStems(sentence),
  }));
  return weak.filter(({ verb, text, isAside }) => {
    const outcome = significantStems(text);
    const about = said.filter(({ stems }) => shared(stems, outcome) >= 2);
    if (about.some(({ open }) => open)) return false;
    // A capital MAY that follows a firm outcome is meant as written, unless the requirement demands that very thing.
    const isMeant = isAside && verb === verb.toUpperCase();
    return !isMeant || about.some(({ stems }) => shared(stems, outcome) * 2 >= outcome.size);
  });
}

/** The weak verb of an outcome's main clause, as written. */
function weakVerb(text: string): string | undefined {
  if (!WEAK.test(text)) return undefined;
  const visible = blankQuotes(blankCode(text));
  const weak = WEAK.exec(visible);
  if (weak === null) return undefined;
  const before = visible.slice(0, weak.index);
  if (SUBORDINATE.test(before)) return undefined;
  const allowsPerson = PERSONS.has(words(before).at(-1) ?? '') && weak[0].toLowerCase() !== 'should';
  return allowsPerson ? undefined : weak[0];
}
