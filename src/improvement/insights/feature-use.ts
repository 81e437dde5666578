import { type Insight, minimumN } from '../insight.ts';
import type { Metrics } from '../measure/metrics.ts';
import { percent } from './bottlenecks.ts';

/** The insights that a proposal may follow from. */
export const nearMissInsight = 'feature-use.archivist.near-misses';
export const repeatedInsight = 'feature-use.cache.repeated-questions';

/** Agents that never answer, and questions that people answered though the answer was nearly there. */
export function featureUse({ questions }: Metrics): Insight[] {
  return [...agents(questions), ...nearMisses(questions), ...repeated(questions)];
}

function agents({ agents }: Metrics['questions']): Insight[] {
  return Object.entries(agents)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([, { asked }]) => asked >= minimumN.featureUse)
    .map(([agent, { asked, answered, failed, late }]): Insight => {
      const told = answered === 0 ? 'never answered' : `answered ${percent(answered / asked)}`;
      return {
        id: `feature-use.agent.${agent}`,
        kind: 'feature-use',
        subject: agent,
        text: `${agent} was asked ${asked} times and ${told}`,
        n: asked,
        evidence: { asked, answered, failed, late },
      };
    });
}

function nearMisses({ near_misses: coverages, needed_person: needed }: Metrics['questions']): Insight[] {
  if (coverages.length === 0 || needed.n < minimumN.headroom) return [];
  return [
    {
      id: nearMissInsight,
      kind: 'feature-use',
      subject: 'archivist',
      text: `${coverages.length} questions went to a person though the archivist had a passage that nearly said it`,
      n: needed.n,
      evidence: { near_misses: coverages.length, needed_person: needed.count },
      observations: coverages.toSorted((a, b) => b - a),
    },
  ];
}

function repeated({ repeated_after: gaps, needed_person: needed }: Metrics['questions']): Insight[] {
  if (gaps.length === 0 || needed.n < minimumN.headroom) return [];
  return [
    {
      id: repeatedInsight,
      kind: 'feature-use',
      subject: 'cache',
      text: `${gaps.length} questions were answered the same by a person again`,
      n: needed.n,
      evidence: { repeated: gaps.length, needed_person: needed.count },
      observations: gaps.toSorted((a, b) => a - b),
    },
  ];
}
