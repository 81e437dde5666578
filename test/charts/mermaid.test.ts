import { describe, expect, it } from 'vitest';
import { mermaid, readMachine, statesOf } from '../../src/charts/index.ts';
import { changeMachine, documentUpdateMachine, questionMachine } from '../../src/machines/index.ts';
import { nestedMachine } from './nested-machine.ts';

const lines = (text: string) => text.split('\n').map((line) => line.trim());

describe('a machine as Mermaid', () => {
  it.each([changeMachine, questionMachine, documentUpdateMachine, nestedMachine])(
    'declares every state of $id once, and draws every transition that leads somewhere',
    (machine) => {
      const chart = readMachine(machine);
      const text = lines(mermaid(chart));
      for (const { name, path } of statesOf(chart.root).slice(1)) {
        const declared = text.filter((line) => line.startsWith(`state "${name}`));
        expect(declared.length, path).toBe(
          statesOf(chart.root).filter((state) => state.path !== '' && state.name.startsWith(name)).length,
        );
      }
      const leading = chart.edges.filter(({ to }) => to !== undefined);
      expect(text.filter((line) => / --> \S+ : /.test(line))).toHaveLength(leading.length);
    },
  );

  it('shows where a change begins, what it waits for, and how work ends', () => {
    const text = lines(mermaid(readMachine(changeMachine)));
    expect(text).toEqual(
      expect.arrayContaining([
        'stateDiagram-v2',
        '[*] --> detected',
        'settling --> reading : after settle (100 ms)',
        'reading : do / readChange',
        'reading --> linting : readChange done [else] / assign',
        'reading --> failed : readChange failed / noteFailure',
        'settled --> drafting : always [answersAreNext]',
        'any_ --> absent : GONE',
        'absent : GONE ignored',
        'any_ : MODEL.UP [modelWasMissing] / assign',
      ]),
    );
  });

  it('marks final states', () => {
    const text = lines(mermaid(readMachine(documentUpdateMachine)));
    const ends = text.filter((line) => line.endsWith('--> [*]'));
    expect(ends).toEqual(
      ['applied', 'conflicted', 'rolledBack', 'rejected', 'failed'].map((state) => `${state} --> [*]`),
    );
  });

  it('nests states, parts regions, and names history, wildcards and combined guards', () => {
    expect(mermaid(readMachine(nestedMachine))).toBe(`stateDiagram-v2
  state "any state" as any_
  any_ : LOG / log
  [*] --> editing
  state "editing" as editing {
    state "any state" as editing_any_
    [*] --> editing_2e_idle
    state "idle" as editing_2e_idle
    state "busy" as editing_2e_busy
    state "was (deep history)" as editing_2e_was
  }
  state "both" as both {
    state "left" as both_2e_left {
      [*] --> both_2e_left_2e_on
      state "on" as both_2e_left_2e_on
      state "off" as both_2e_left_2e_off
      both_2e_left_2e_off --> [*]
    }
    --
    state "right" as both_2e_right {
      [*] --> both_2e_right_2e_on
      state "on" as both_2e_right_2e_on
      state "off" as both_2e_right_2e_off
      both_2e_right_2e_off --> [*]
    }
  }
  state "stopped" as stopped
  stopped : LOG ignored
  state "end" as end_
  end_ --> [*]
  any_ --> stopped : STOP
  editing_any_ --> editing_2e_idle : RESET
  editing --> editing : AGAIN
  editing_2e_idle --> editing_2e_busy : TYPE [isOpen and not isLocked]
  editing_2e_busy --> editing_2e_idle : after 1500 ms
  both --> end_ : complete
  both_2e_left_2e_on --> both_2e_left_2e_off : A#59;B
  both_2e_right_2e_on --> both_2e_right_2e_off : any event
  stopped --> editing_2e_was : BACK
  stopped --> both : SPLIT
`);
  });
});
