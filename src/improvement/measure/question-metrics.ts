import type { QuestionFacts, Rung } from '../facts/question-facts.ts';
import { countBy, groupBy } from './grouping.ts';
import type { AgentMetrics, Metrics } from './metrics.ts';
import { secondsOf, shareOf } from './quantiles.ts';
import { isIn, type Window } from './reading.ts';

/** Whether a question needed a person, at the moment when that was known. */
export interface Observation {
  atMs: number;
  needed: boolean;
}

/** The measure that improvements of the routing are judged by, oldest first. */
export function personObservations(questions: readonly QuestionFacts[], window: Window): Observation[] {
  return questions
    .flatMap(({ person }) => (person !== undefined && isIn(window, person.atMs) ? [person] : []))
    .sort((a, b) => a.atMs - b.atMs);
}

export function questionMetrics(questions: readonly QuestionFacts[], window: Window): Metrics['questions'] {
  const ended = questions.filter(({ end }) => end !== undefined && isIn(window, end.atMs));
  const observed = personObservations(questions, window);
  const answered = ended.filter(({ end }) => end?.state === 'answered');
  const lead = ({ askedAtMs, end }: QuestionFacts) => (end?.atMs ?? askedAtMs) - askedAtMs;
  const needing = questions.filter(({ person }) => person?.needed && isIn(window, person.atMs));
  const rungs = questions.flatMap((question) => question.rungs).filter(({ atMs }) => isIn(window, atMs));
  return {
    asked: questions.filter(({ askedAtMs }) => isIn(window, askedAtMs)).length,
    answered: countBy(answered.map(({ end }) => end?.kind ?? 'unknown')),
    declined_by_all: needing.filter((question) => question.rungs.length > 0).length,
    expired: ended.filter(({ end }) => end?.state === 'expired').length,
    cancelled: ended.filter(({ end }) => end?.state === 'cancelled').length,
    needed_person: shareOf(observed.filter(({ needed }) => needed).length, observed.length),
    answer_seconds: secondsOf(answered.map(lead)),
    person_seconds: secondsOf(answered.filter(({ end }) => end?.kind === 'person').map(lead)),
    agents: agentMetrics(rungs),
    near_misses: needing.flatMap(({ nearMiss }) => (nearMiss === undefined ? [] : [nearMiss])),
    repeated_after: repeats(questions, needing),
  };
}

function agentMetrics(rungs: readonly Rung[]): Record<string, AgentMetrics> {
  const byAgent = groupBy(rungs, ({ agent }) => agent);
  const metrics = [...byAgent].map(([agent, own]): [string, AgentMetrics] => {
    const count = (outcome: Rung['outcome']) => own.filter((rung) => rung.outcome === outcome).length;
    return [
      agent,
      {
        asked: own.length,
        answered: count('answered'),
        declined: count('declined'),
        failed: count('failed'),
        late: count('late'),
        seconds: secondsOf(own.map(({ durationMs }) => durationMs)),
      },
    ];
  });
  return Object.fromEntries(metrics);
}

/**
 * For each question that needed a person again: how long before, in seconds, the same question was answered the same.
 * Where the answer was another one, serving the old would have been wrong, so it is no evidence.
 */
function repeats(all: readonly QuestionFacts[], needing: readonly QuestionFacts[]): number[] {
  const byKey = groupBy(all, ({ key }) => key);
  return needing.flatMap((question): number[] => {
    const before = (byKey.get(question.key) ?? [])
      .flatMap(({ end }) => (end?.text === undefined || end.atMs >= question.askedAtMs ? [] : [end]))
      .sort((a, b) => b.atMs - a.atMs);
    const [last] = before;
    const same = last?.text !== undefined && last.text.trim() === question.end?.text?.trim();
    return same ? [(question.askedAtMs - last.atMs) / 1000] : [];
  });
}
