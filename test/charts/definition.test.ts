import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { machineDefinition, readMachine } from '../../src/charts/index.ts';
import { changeMachine, documentUpdateMachine, questionMachine } from '../../src/machines/index.ts';

describe('a machine as JSON', () => {
  it.each([changeMachine, questionMachine, documentUpdateMachine])(
    'is itself a machine with the states and events of $id',
    (machine) => {
      const again = createMachine(JSON.parse(machineDefinition(machine)));
      const [ours, theirs] = [readMachine(machine), readMachine(again)];
      expect(theirs.events).toEqual(ours.events);
      expect(theirs.edges.map(({ from, to }) => [from, to])).toEqual(
        ours.edges.map(({ from, to }) => [from, to]),
      );
    },
  );
});
