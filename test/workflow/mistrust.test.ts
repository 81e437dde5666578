import { describe, expect, it } from 'vitest';
import { Mistrust } from '../../src/workflow/mistrust.ts';

/** How many looks in a row count as having found it down. */
function looksPassedOver(mistrust: Mistrust): number {
  let looks = 0;
  while (mistrust.look() !== undefined) looks += 1;
  return looks;
}

describe('a model that failed under work', () => {
  it('counts as down for one look, with the reason of the failure', () => {
    const mistrust = new Mistrust();
    mistrust.failed('the connection broke');
    expect([mistrust.look(), mistrust.look()]).toEqual(['the connection broke', undefined]);
  });

  it('is passed over once for the attempts of one piece of work together', () => {
    const mistrust = new Mistrust();
    for (const _attempt of [1, 2, 3]) mistrust.failed('the connection broke');
    expect(looksPassedOver(mistrust)).toBe(1);
  });

  it('is passed over twice as long each time it fails again, but not for ever', () => {
    const mistrust = new Mistrust();
    const passedOver = Array.from({ length: 9 }, () => {
      mistrust.failed('it crashed');
      return looksPassedOver(mistrust);
    });
    expect(passedOver).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('is trusted again by a success', () => {
    const mistrust = new Mistrust();
    for (const _time of [1, 2, 3]) {
      mistrust.failed('it crashed');
      looksPassedOver(mistrust);
    }
    mistrust.succeeded();
    mistrust.failed('it crashed');
    expect(looksPassedOver(mistrust)).toBe(1);
  });
});

it('a model that is not there for a long time is looked for at every look', () => {
  const mistrust = new Mistrust();
  for (const _save of [1, 2, 3, 4]) {
    mistrust.missing('nothing answers');
    expect(looksPassedOver(mistrust)).toBe(1);
  }
});
