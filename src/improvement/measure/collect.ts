import type { HistoryEntry } from '../../actors/index.ts';
import { type Failure, failuresOf } from '../facts/failures.ts';
import { questionFacts } from '../facts/question-facts.ts';
import { roundsOf } from '../facts/rounds.ts';
import { staysOf } from '../facts/stays.ts';
import { updateFacts } from '../facts/update-facts.ts';
import { errorPatterns } from './error-patterns.ts';
import { countBy } from './grouping.ts';
import type { Metrics } from './metrics.ts';
import { secondsOf, shareOf } from './quantiles.ts';
import { questionMetrics } from './question-metrics.ts';
import { isIn, type Recorded, readHistories, type Window } from './reading.ts';
import { updateMetrics } from './update-metrics.ts';

/** Where the figures come from: what the runtime recorded, never what a component says of itself. */
export interface MetricSources extends Recorded {
  /** counted over all processes and all time */
  counters(): Promise<Record<string, number>>;
  queueCounts?(): Promise<Record<string, Record<string, number>>>;
}

/** What the four capabilities run on. */
const machines = ['change', 'question', 'documentUpdate'] as const;

/** More actors of one machine than these are not read at once; the newest are. */
export const mostActors = 10_000;

/** Measures a window. Nothing is estimated: what was not observed is absent. */
export async function collectMetrics(sources: MetricSources, window: Window): Promise<Metrics> {
  const read = await Promise.all(
    machines.map((machine) => readHistories(sources, { machine, sinceMs: window.fromMs, limit: mostActors })),
  );
  const [changes = [], questions = [], updates = []] = read.map(({ histories }) => histories);
  const byMachine = { change: changes, question: questions, documentUpdate: updates };
  const approvals = updates.flatMap((history) => durationsIn(history, window).awaitingApproval ?? []);
  const failures: (Failure & { machine: string })[] = machines.flatMap((machine) =>
    byMachine[machine]
      .flatMap(failuresOf)
      .filter(({ atMs }) => isIn(window, atMs))
      .map((failure) => ({ ...failure, machine })),
  );
  return {
    window: { from: new Date(window.fromMs).toISOString(), to: new Date(window.toMs).toISOString() },
    complete: read.every(({ complete }) => complete),
    machines: Object.fromEntries(
      machines.map((machine) => [machine, machineMetrics(byMachine[machine], window)]),
    ),
    changes: changeMetrics(changes, window),
    questions: questionMetrics(known(questions.map(questionFacts)), window),
    updates: updateMetrics(known(updates.map(updateFacts)), window, approvals),
    errors: errorPatterns(failures),
    counters: await sources.counters(),
    queues: (await sources.queueCounts?.()) ?? {},
  };
}

function known<Item>(items: readonly (Item | undefined)[]): Item[] {
  return items.filter((item) => item !== undefined);
}

/** How long each stay that ended in the window took, ms, by state. */
function durationsIn(history: readonly HistoryEntry[], window: Window): Record<string, number[]> {
  const durations: Record<string, number[]> = {};
  for (const { state, fromMs, toMs } of staysOf(history)) {
    if (!isIn(window, toMs)) continue;
    durations[state] ??= [];
    durations[state].push(toMs - fromMs);
  }
  return durations;
}

function machineMetrics(histories: readonly HistoryEntry[][], window: Window): Metrics['machines'][string] {
  const all: Record<string, number[]> = {};
  for (const history of histories) {
    for (const [state, durations] of Object.entries(durationsIn(history, window))) {
      all[state] ??= [];
      all[state].push(...durations);
    }
  }
  const states = Object.entries(all).map(([state, durations]) => [state, secondsOf(durations)]);
  return { actors: histories.length, states: Object.fromEntries(states) };
}

function changeMetrics(histories: readonly HistoryEntry[][], window: Window): Metrics['changes'] {
  const byChange = histories.map((history) => roundsOf(history).filter(({ toMs }) => isIn(window, toMs)));
  const rounds = byChange.flat();
  const active = byChange.filter((own) => own.length > 0).length;
  return {
    round_seconds: secondsOf(rounds.map(({ fromMs, toMs }) => toMs - fromMs)),
    rounds: rounds.length,
    ...(active === 0 ? {} : { rounds_per_change: rounds.length / active }),
    ends: countBy(rounds.map(({ end }) => end)),
    first_pass: shareOf(rounds.filter(({ firstPass }) => firstPass).length, rounds.length),
  };
}
