import { describe, expect, it } from 'vitest';
import { Problems } from '../../src/telemetry/index.ts';

function heard(quietMs = 1000) {
  const told: string[] = [];
  const clock = { nowMs: 0 };
  const problems = new Problems({
    quietMs,
    nowMs: () => clock.nowMs,
    write: ({ error, times }) => told.push(`${error.message} x${times}`),
  });
  return { told, clock, problems };
}

describe('problems', () => {
  it('are told once a sort while they come thick and fast, whatever numbers they carry', () => {
    const { told, problems } = heard();
    for (let port = 0; port < 5000; port += 1) problems.report(new Error(`connect to port ${port} failed`));
    expect(told).toEqual(['connect to port 0 failed x1']);
  });

  it('are told again after a while, with how often they happened', () => {
    const { told, clock, problems } = heard();
    problems.report('gone');
    problems.report('gone');
    clock.nowMs = 1000;
    problems.report('gone');
    expect(told).toEqual(['gone x1', 'gone x2']);
  });

  it('of another sort are told at once', () => {
    const { told, problems } = heard();
    problems.report(new Error('one'));
    problems.report(new Error('two'));
    expect(told).toEqual(['one x1', 'two x1']);
  });
});
