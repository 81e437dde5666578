import { describe, expect, it } from 'vitest';
import { pictureOf, readMachine, type Step, standingOf } from '../../src/charts/index.ts';
import { changeMachine, questionMachine } from '../../src/machines/index.ts';

function standing(machine: typeof changeMachine | typeof questionMachine, past: Step[]) {
  const chart = readMachine(machine);
  const { active, walked, ways } = standingOf(
    { chart, picture: pictureOf(chart) },
    { state: past.at(-1)?.to ?? '', past },
  );
  return { active: [...active], walked: [...walked], ways: [...ways] };
}

describe('where an actor stands', () => {
  it('is its state with all states around it, and the arrows that its events took', () => {
    expect(
      standing(questionMachine, [
        { event: 'xstate.init', from: '', to: 'asked' },
        { event: 'xstate.done.actor.recordQuestion', from: 'asked', to: 'matching.searching' },
        {
          event: 'xstate.after.stepPatience.question.matching.searching',
          from: 'matching.searching',
          to: 'routing',
        },
      ]),
    ).toEqual({
      active: ['routing'],
      walked: ['asked', 'matching', 'matching.searching', 'routing'],
      ways: ['asked>matching', 'matching>routing'],
    });
  });

  it('takes the transition of the innermost state that has one, and that of any state where none has', () => {
    const { ways } = standing(changeMachine, [
      { event: 'SAVED', from: 'detected', to: 'settling' },
      { event: 'SAVED', from: 'settling', to: 'settling' },
      { event: 'SAVED', from: 'linting', to: 'settling' },
    ]);
    expect(ways.sort()).toEqual(['*>settling', 'detected>settling', 'settling>settling']);
  });

  it('marks no arrow for a step that only acted, or that went through a state at once', () => {
    const { ways } = standing(changeMachine, [
      { event: 'QUESTION.CHANGED', from: 'settling', to: 'settling' },
      { event: 'QUESTION.CHANGED', from: 'settled', to: 'drafting' },
    ]);
    expect(ways).toEqual([]);
  });
});
