import { type Insight, minimumN } from '../insight.ts';
import type { Metrics } from '../measure/metrics.ts';

/** Where a machine rests: time there is nobody's. */
const resting: Record<string, readonly string[]> = {
  change: ['detected', 'settled', 'failed', 'absent', 'archived'],
  question: ['expired'],
  documentUpdate: [],
};

/** Of each machine the state that takes the largest share of its lead time, where there are two at least. */
export function bottlenecks({ machines }: Metrics): Insight[] {
  return Object.entries(machines).flatMap(([machine, { states }]): Insight[] => {
    const under = Object.entries(states).filter(([state]) => !resting[machine]?.includes(state));
    const total = under.reduce((sum, [, seconds]) => sum + seconds.total, 0);
    const [top] = under.toSorted(([a, x], [b, y]) => y.total - x.total || (a < b ? -1 : 1));
    if (top === undefined || under.length < 2 || total === 0) return [];
    const [state, { n, p50 = 0, p95 = 0, total: seconds }] = top;
    if (n < minimumN.bottleneck) return [];
    const share = seconds / total;
    return [
      {
        id: `bottleneck.${machine}.${state}`,
        kind: 'bottleneck',
        subject: `${machine}.${state}`,
        text: `${percent(share)} of the time of ${machine} actors passes in "${state}" (median ${round(p50)} s, p95 ${round(p95)} s)`,
        n,
        evidence: { share, seconds, p50_s: p50, p95_s: p95 },
      },
    ];
  });
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
