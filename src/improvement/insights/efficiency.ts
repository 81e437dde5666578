import { type Insight, minimumN } from '../insight.ts';
import type { Metrics } from '../measure/metrics.ts';
import type { Share } from '../measure/quantiles.ts';
import { percent } from './bottlenecks.ts';

/** How much goes through at the first try, how much is done again, and how much needs a person. */
export function efficiency({ changes, questions, updates }: Metrics): Insight[] {
  return [
    ...yieldOf('change', { share: changes.first_pass, done: 'rounds settled without beginning again' }),
    ...yieldOf('documentUpdate', {
      share: updates.first_pass,
      done: 'updates were applied at the first try and stand',
    }),
    ...rework(updates.undone),
    ...person(questions),
  ];
}

function yieldOf(subject: string, o: { share: Share; done: string }): Insight[] {
  const { n, count, share } = o.share;
  if (share === undefined || n < minimumN.efficiency) return [];
  return [
    {
      id: `efficiency.${subject}.first-pass`,
      kind: 'efficiency',
      subject,
      text: `${count} of ${n} ${o.done} (${percent(share)})`,
      n,
      evidence: { count, share },
    },
  ];
}

function rework({ n, count, share }: Share): Insight[] {
  if (share === undefined || n < minimumN.efficiency) return [];
  return [
    {
      id: 'efficiency.documentUpdate.rework',
      kind: 'efficiency',
      subject: 'documentUpdate',
      text: `${count} of ${n} applied updates were undone (${percent(share)})`,
      n,
      evidence: { count, share },
    },
  ];
}

function person({ needed_person: needed }: Metrics['questions']): Insight[] {
  const { n, count, share } = needed;
  if (share === undefined || n < minimumN.efficiency) return [];
  return [
    {
      id: 'efficiency.question.needed-person',
      kind: 'efficiency',
      subject: 'question',
      text: `${count} of ${n} questions needed a person (${percent(share)})`,
      n,
      evidence: { count, share },
    },
  ];
}
