import { describe, expect, it } from 'vitest';
import { getInitialSnapshot, transition } from 'xstate';
import { valueText } from '../../src/actors/index.ts';
import { readMachine, readStateText } from '../../src/charts/index.ts';
import { questionMachine } from '../../src/machines/index.ts';
import { nestedMachine } from './nested-machine.ts';

const nested = readMachine(nestedMachine).root;

describe('a stored state', () => {
  it('is read back as XState has it, parallel regions too', () => {
    let snapshot = getInitialSnapshot(nestedMachine);
    const values = [snapshot.value];
    for (const type of ['STOP', 'SPLIT', 'A;B']) {
      [snapshot] = transition(nestedMachine, snapshot, { type });
      values.push(snapshot.value);
    }
    for (const value of values) expect(readStateText(nested, valueText(value))?.value).toEqual(value);
    expect(values).toContainEqual({ both: { left: 'on', right: 'on' } });
  });

  it('names every state that is active in it, whatever the order of regions', () => {
    expect(readStateText(nested, 'both.right.on|left.off')?.active).toEqual([
      'both',
      'both.right',
      'both.right.on',
      'both.left',
      'both.left.off',
    ]);
    expect(readStateText(readMachine(questionMachine).root, 'matching.searching')?.active).toEqual([
      'matching',
      'matching.searching',
    ]);
  });

  it.each(['', 'gone', 'editing', 'editing.', 'editing.idle.more', 'stopped|end', 'both.left.on'])(
    'that the chart does not have is not guessed at: "%s"',
    (text) => {
      expect(readStateText(nested, text)).toBeUndefined();
    },
  );
});
