import { describe, expect, it } from 'vitest';
import { candidateFrom } from '../../src/improvement/candidates.ts';
import {
  confidenceSequence,
  defaultAlpha,
  plannedPairs,
  sdOfShareDifference,
  shrunken,
} from '../../src/improvement/confidence-sequence.ts';
import type { Trial } from '../../src/improvement/improvement.ts';
import type { Insight } from '../../src/improvement/insight.ts';
import { nearMissInsight } from '../../src/improvement/insights/feature-use.ts';
import { judge } from '../../src/improvement/judge.ts';
import { draws, seeded } from './random.ts';

const runs = 2000;
const noneOverturned = { count: 0, n: 0 };

function trialOn(
  baseline: number[],
  o: { effect: number; accept?: Trial['accept']; overturned?: Trial['overturned']; guarded?: boolean },
): Trial {
  const count = baseline.filter((value) => value === 1).length;
  const sd = sdOfShareDifference({ count, n: baseline.length });
  const planned = plannedPairs({ sd, effect: o.effect });
  return {
    applied_at_ms: 0,
    alpha: defaultAlpha,
    planned_pairs: planned,
    budget_pairs: Math.min(baseline.length, 2 * planned),
    threshold: 0.1,
    accept: o.accept ?? 'accumulate',
    baseline,
    guarded: o.guarded ?? false,
    overturned: o.overturned ?? noneOverturned,
  };
}

function candidateAfter(before: number[], nearMisses: number) {
  const needed = before.filter((value) => value === 1).length;
  const insight: Insight = {
    id: nearMissInsight,
    kind: 'feature-use',
    subject: 'archivist',
    text: '',
    n: before.length,
    evidence: { needed_person: needed },
    observations: Array<number>(nearMisses).fill(0.75),
  };
  const values = new Map([['questions.archivist_threshold' as const, 0.8]]);
  return candidateFrom(insight, { values, threshold: 0.1 });
}

/** Plays trials with a look after every third observation, as an impatient person would; how each of them ended. */
function play(o: { before: number; after: number; effect: number }) {
  const ends: Record<string, number> = { keep: 0, harmful: 0, unproven: 0, inconclusive: 0 };
  for (let seed = 1; seed <= runs; seed += 1) {
    const random = seeded(seed * 7919);
    const baseline = draws(random, { share: o.before, n: 120 });
    const trial = trialOn(baseline, { effect: o.effect });
    const after = draws(random, { share: o.after, n: 120 });
    let end = 'inconclusive';
    for (let n = 3; n <= after.length && end === 'inconclusive'; n += 3) {
      end = judge(trial, { after: after.slice(0, n), overturned: noneOverturned, effect: o.effect }).verdict;
    }
    ends[end] = (ends[end] ?? 0) + 1;
  }
  return ends;
}

describe('a change that does nothing', () => {
  it.each([0.1, 0.3, 0.5, 0.7, 0.9])(
    'is kept in at most 2.5 of 100 trials and taken back as harm in no more, at a share of %d',
    (share) => {
      const ends = play({ before: share, after: share, effect: 0.25 });
      expect(ends.keep).toBeLessThanOrEqual((runs * defaultAlpha) / 2);
      expect(ends.harmful).toBeLessThanOrEqual((runs * defaultAlpha) / 2);
      expect(ends.inconclusive).toBe(0);
    },
  );
});

describe('a step that was proposed because the past looked bad', () => {
  it('is kept in at most 2.5 of 100 trials when it does nothing', () => {
    let [proposals, kept] = [0, 0];
    for (let seed = 1; seed <= runs; seed += 1) {
      const random = seeded(seed * 104_729);
      const nearMiss = () => random() < 0.2;
      const needsPerson = () => random() < 0.3;
      const before: number[] = [];
      let nearMisses = 0;
      let candidate: ReturnType<typeof candidateFrom>;
      // Looked at after every question: the first time that a proposal can be made, it is made and applied.
      while (candidate === undefined && before.length < 300) {
        const near = nearMiss();
        nearMisses += near ? 1 : 0;
        before.push(near || needsPerson() ? 1 : 0);
        if (before.length >= 20) candidate = candidateAfter(before, nearMisses);
      }
      if (candidate === undefined) continue;
      proposals += 1;
      const { effect } = candidate.predicted;
      const trial = trialOn(before, { effect });
      const after: number[] = [];
      let verdict = 'inconclusive';
      while (verdict === 'inconclusive') {
        after.push(nearMiss() || needsPerson() ? 1 : 0);
        ({ verdict } = judge(trial, { after, overturned: noneOverturned, effect }));
      }
      if (verdict === 'keep') kept += 1;
    }
    expect(proposals).toBeGreaterThan(runs / 2);
    expect(kept).toBeLessThanOrEqual((proposals * defaultAlpha) / 2);
  });
});

describe('a change that does something', () => {
  it('is kept in most trials when it does what was predicted', () => {
    expect(play({ before: 0.6, after: 0.2, effect: 0.4 }).keep).toBeGreaterThan(runs * 0.7);
  });

  it('is never kept when it harms, and mostly found out', () => {
    const ends = play({ before: 0.3, after: 0.7, effect: 0.25 });
    expect(ends.keep).toBe(0);
    expect(ends.harmful).toBeGreaterThan(runs * 0.9);
  });

  it('is kept under "accumulate" and not under "strict" when it is sure but small', () => {
    // 90 and 85 of a hundred: a twentieth is less than the tenth of 0.9 that is of interest.
    const series = (share: number) => draws(seeded(share * 100), { share, n: 4000 });
    const [baseline, after] = [series(0.9), series(0.85)];
    const verdictUnder = (accept: Trial['accept']) => {
      const trial = {
        ...trialOn(baseline, { effect: 0.1, accept }),
        planned_pairs: 4000,
        budget_pairs: 4000,
      };
      return judge(trial, { after, overturned: noneOverturned, effect: 0.1 });
    };
    expect(verdictUnder('accumulate')).toMatchObject({ verdict: 'keep' });
    expect(verdictUnder('strict')).toMatchObject({ verdict: 'unproven' });
    expect(verdictUnder('strict').measured?.low).toBeGreaterThan(0);
  });
});

describe('a judgement', () => {
  const baseline = [...Array(30).fill(1), ...Array(30).fill(0)].map(Number);
  const trial = trialOn(baseline, { effect: 0.4, accept: 'strict' });

  it('has no figures before the first look', () => {
    const { verdict, measured } = judge(trial, {
      after: Array(9).fill(0),
      overturned: noneOverturned,
      effect: 0.4,
    });
    expect([verdict, measured]).toEqual(['inconclusive', undefined]);
  });

  it('is open below the planned number however good it looks', () => {
    const after = Array<number>(trial.planned_pairs - 1).fill(0);
    expect(judge(trial, { after, overturned: noneOverturned, effect: 0.4 }).verdict).toBe('inconclusive');
  });

  it('is harm when people undo what was written, whatever the measure says', () => {
    const after = Array<number>(60).fill(0);
    const judged = judge(trial, { after, overturned: { count: 2, n: 20 }, effect: 0.4 });
    expect(judged).toMatchObject({ verdict: 'harmful', why: expect.stringContaining('2 of 20') });
    const asBefore = trialOn(baseline, { effect: 0.4, overturned: { count: 9, n: 90 } });
    const same = judge(asBefore, { after, overturned: { count: 2, n: 20 }, effect: 0.4 });
    expect(same.verdict).not.toBe('harmful');
  });

  it('keeps nothing while there is no telling whether people undo what is written', () => {
    const guarded = trialOn(baseline, { effect: 0.4, accept: 'strict', guarded: true });
    const after = Array<number>(60).fill(0);
    const verdictWith = (n: number) =>
      judge(guarded, { after, overturned: { count: 0, n }, effect: 0.4 }).verdict;
    expect([verdictWith(0), verdictWith(9), verdictWith(10)]).toEqual([
      'inconclusive',
      'inconclusive',
      'keep',
    ]);
  });

  it('takes nothing into account that came after its budget', () => {
    const within = draws(seeded(3), { share: 0.2, n: trial.budget_pairs });
    const more = [...within, ...Array<number>(200).fill(1)];
    const seen = { overturned: noneOverturned, effect: 0.4 };
    expect(judge(trial, { ...seen, after: more })).toEqual(judge(trial, { ...seen, after: within }));
  });
});

describe('the statistics', () => {
  it('plan the number of pairs that the formula of a paired comparison gives', () => {
    // notes of the method: sd .141 and .055 of effect need 52 pairs
    expect(plannedPairs({ sd: 0.141, effect: 0.055 })).toBe(52);
    expect(plannedPairs({ sd: 0.141, effect: 0.0275 })).toBe(207);
    expect(plannedPairs({ sd: 0.5, effect: 0 })).toBe(Number.POSITIVE_INFINITY);
  });

  it('cover the truth at every look together in 95 of 100 sequences', () => {
    let missed = 0;
    for (let seed = 1; seed <= runs; seed += 1) {
      const random = seeded(seed);
      const pairs: number[] = [];
      let out = false;
      while (pairs.length < 120 && !out) {
        pairs.push((random() < 0.6 ? 1 : 0) - (random() < 0.4 ? 1 : 0));
        const interval = confidenceSequence(pairs, { plannedN: 60 });
        out = interval !== undefined && (interval.low > 0.2 || interval.high < 0.2);
      }
      if (out) missed += 1;
    }
    expect(missed).toBeLessThanOrEqual(runs * defaultAlpha);
  });

  it('do not take ten equal pairs for certainty', () => {
    const interval = confidenceSequence(Array(10).fill(0.2), { plannedN: 40 });
    expect(interval?.estimate).toBeCloseTo(0.2);
    expect(interval?.low).toBeLessThan(0);
  });

  it('shrink a noisy estimate more than a sure one', () => {
    const noisy = shrunken({ estimate: 0.3, sd: 0.7, n: 10, scale: 0.2 });
    const sure = shrunken({ estimate: 0.3, sd: 0.7, n: 1000, scale: 0.2 });
    expect(noisy).toBeLessThan(sure);
    expect(sure).toBeLessThan(0.3);
  });
});
