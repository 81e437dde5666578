import type { Scenario } from '../../model.ts';

type Step = Scenario['steps'][number];

/** The steps that say what happens: each THEN and the AND, BUT that follow it. */
export function outcomes(scenario: Scenario): Step[] {
  return part(scenario, (keyword) => keyword === 'THEN');
}

/** The steps before that: each GIVEN, WHEN and what follows it. */
export function triggers(scenario: Scenario): Step[] {
  return part(scenario, (keyword) => keyword === 'GIVEN' || keyword === 'WHEN');
}

function part(scenario: Scenario, starts: (keyword: Step['keyword']) => boolean): Step[] {
  const found: Step[] = [];
  let inside = false;
  for (const step of scenario.steps) {
    if (step.keyword === 'GIVEN' || step.keyword === 'WHEN' || step.keyword === 'THEN')
      inside = starts(step.keyword);
    if (inside) found.push(step);
  }
  return found;
}
