import type { Scenario } from '../../model.ts';
import { deltaRequirements } from '../delta-requirements.ts';
import { outcomes } from '../language/outcomes.ts';
import { significantStems, stem } from '../language/words.ts';
import type { Rule } from '../rule.ts';

const VAGUE =
  /\b(?:as (?:expected|intended|desired|appropriate|needed|required|designed|it should)|properly|correctly|appropriately|gracefully|reasonably|nicely|smoothly|sensibly|adequately|suitably|works?|fine|ok|okay|good|right|appropriate|suitable|reasonable|acceptable|sensible|proper|successful|successfully|satisfactory|something (?:happens|useful|reasonable|sensible)|user-friendly|intuitive|optimal|seamless|seamlessly)\b/i;
/** What is left of "the system behaves as expected" says nothing either. */
const EMPTY = new Set(
  (
    'system application app software service program tool feature function functionality operation action process behaviour behavior ' +
    'result outcome response output everything it request command user people person situation problem issue error exception failure case input data ' +
    'work behave function handle do happen respond perform succeed complete finish process proceed react deal operate act run produce get give look seem appear feel ' +
    'expect intend desire need require design appropriate proper properly correct correctly appropriately gracefully reasonably nicely smoothly ' +
    'sensibly adequately suitably well fine ok okay good right suitable reasonable acceptable sensible successful successfully satisfactory ' +
    'something useful friendly intuitive optimal seamless seamlessly way manner fashion return'
  )
    .split(' ')
    .map(stem),
);

export const rule: Rule = {
  id: 'vague-outcome',
  severity: 'warning',
  summary: 'A THEN that nobody could fail: "works correctly", "behaves as expected".',
  why: 'Such an outcome agrees with every implementation, so the scenario checks nothing.',
  bad: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL sign a person out after 30 quiet minutes.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
- **THEN** the system behaves as expected
`,
  good: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL sign a person out after 30 quiet minutes.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
- **THEN** the next request is answered with the sign-in page
`,
  check({ change }) {
    return deltaRequirements(change).flatMap(({ capability, file, requirement }) =>
      requirement.scenarios.flatMap((scenario) =>
        vagueSteps(scenario).map(({ text, line }) => ({
          file,
          line,
          capability,
          requirement: requirement.name,
          message: `"${text.slice(0, 120)}" does not say what can be observed`,
        })),
      ),
    );
  },
};

function vagueSteps(scenario: Scenario): Scenario['steps'] {
  const steps = outcomes(scenario);
  const isDetailed = () => steps.some(({ text }) => substance(text) > 2);
  return steps.filter(({ text }) => {
    // A step with code, a number or a quotation names something that can be seen.
    if (!VAGUE.test(text) || /[`"“\d]/.test(text) || text.trimEnd().endsWith(':')) return false;
    const left = substance(text);
    return left === 0 || (left === 1 && !isDetailed());
  });
}

/** How many words of a step say something of their own. */
function substance(text: string): number {
  let count = 0;
  for (const word of significantStems(text)) if (!EMPTY.has(word)) count += 1;
  return count;
}
