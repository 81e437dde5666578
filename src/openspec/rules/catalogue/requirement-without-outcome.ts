import type { Scenario } from '../../model.ts';
import { deltaRequirements } from '../delta-requirements.ts';
import { hasWords } from '../language/words.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'requirement-without-outcome',
  severity: 'error',
  summary: 'A scenario says when, but not what then: it has no THEN, or an empty one.',
  why: 'Nothing can be tested against a scenario without an outcome; OpenSpec accepts any scenario that has some text.',
  bad: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL sign a person out after 30 quiet minutes.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
`,
  good: `=== specs/sessions/spec.md
## ADDED Requirements

### Requirement: Idle sign-out
The system SHALL sign a person out after 30 quiet minutes.

#### Scenario: Quiet session
- **WHEN** a session has been quiet for 30 minutes
- **THEN** the person is signed out
`,
  check({ change }) {
    return deltaRequirements(change).flatMap(({ capability, file, requirement }) =>
      requirement.scenarios.flatMap((scenario) => {
        const problem = problemOf(scenario);
        if (problem === undefined) return [];
        const message = `Scenario "${scenario.name}" ${problem.text}`;
        return [{ file, line: problem.line, capability, requirement: requirement.name, message }];
      }),
    );
  },
};

function problemOf({ line, steps }: Scenario): { text: string; line: number } | undefined {
  const empty = steps.find(
    (step, index) => step.keyword === 'THEN' && !hasWords(step.text) && isLastOfItsKind(steps, index),
  );
  if (empty !== undefined) return { text: 'has an empty THEN', line: empty.line };
  if (steps.some(({ keyword }) => keyword === 'THEN')) return undefined;
  // Steps without our keywords may be another language's, or prose: only a scenario written with ours is judged.
  const starts = steps.some(({ keyword }) => keyword === 'WHEN' || keyword === 'GIVEN');
  const foreign = steps.some(({ keyword, text }) => keyword === 'none' && hasWords(text));
  const goesOn = steps.some(({ keyword }) => keyword === 'AND' || keyword === 'BUT');
  return starts && (goesOn || !foreign) ? { text: 'has no THEN', line } : undefined;
}

/** "- **THEN**" with its outcome as a list below it is not empty. */
function isLastOfItsKind(steps: Scenario['steps'], index: number): boolean {
  const next = steps[index + 1];
  return next === undefined || next.keyword === 'GIVEN' || next.keyword === 'WHEN' || next.keyword === 'THEN';
}
