import MiniSearch from 'minisearch';
import type { AgentDescription, AgentQuestion } from './agent.ts';
import { stem, wordsOf } from './words.ts';

export interface Ranked {
  agent: AgentDescription;
  why: string;
}

const anything = '*';
const rungs = ['mcp', 'registered', 'persona'];

/**
 * Agents whose capabilities or description name what a question is about, best first (BM25), agents before personas.
 * One that says it answers anything (`*`, or says nothing) comes after those that name the matter; personas are asked as
 * generalists when nobody names it.
 */
export function rankByCapability(question: AgentQuestion, agents: AgentDescription[]): Ranked[] {
  const scores = scoresOf(question, agents);
  const ranked = agents.flatMap((agent) => {
    const score = scores.get(agent.id);
    if (score !== undefined) {
      return [{ agent, score: score.score, why: `names ${score.terms.join(', ')} among what it can answer` }];
    }
    const generalist = agent.capabilities.length === 0 || agent.capabilities.includes(anything);
    if (generalist) return [{ agent, score: 0, why: 'answers anything' }];
    const lastResort = agent.kind === 'persona' && scores.size === 0;
    return lastResort ? [{ agent, score: 0, why: 'nobody names this matter: asked as a generalist' }] : [];
  });
  return ranked
    .sort((a, b) => rungOf(a.agent) - rungOf(b.agent) || b.score - a.score)
    .map(({ agent, why }) => ({ agent, why }));
}

function rungOf(agent: AgentDescription): number {
  return rungs.indexOf(agent.kind);
}

function scoresOf(
  question: AgentQuestion,
  agents: AgentDescription[],
): Map<string, { score: number; terms: string[] }> {
  const index = new MiniSearch<{ id: string; capabilities: string; description: string }>({
    fields: ['capabilities', 'description'],
    tokenize: (text) => wordsOf(text).map(stem),
    processTerm: (term) => term,
  });
  index.addAll(
    agents.map(({ id, name, capabilities, description }) => ({
      id,
      capabilities: capabilities.filter((capability) => capability !== anything).join(' '),
      description: `${name} ${description}`,
    })),
  );
  const about = [question.text, question.why ?? '', ...Object.values(question.context ?? {})].join(' ');
  const hits = index.search(about, { boost: { capabilities: 3 } });
  return new Map(hits.map((hit) => [String(hit.id), { score: hit.score, terms: hit.queryTerms }]));
}
