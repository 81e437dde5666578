import { z } from 'zod';
import type { HistoryEntry } from '../../actors/index.ts';
import { answerSchema } from '../../types/index.ts';
import { topOf } from './stays.ts';

/** What one agent made of a question. */
export interface Rung {
  agent: string;
  outcome: 'answered' | 'declined' | 'failed' | 'late';
  atMs: number;
  durationMs: number;
}

/** What a question's history says of how it was answered. */
export interface QuestionFacts {
  askedAtMs: number;
  /** equal for questions in the same words, from the same place */
  key: string;
  /** known as soon as it is answered without a person, or handed to one: whether it needed one */
  person?: { atMs: number; needed: boolean };
  end?: { atMs: number; state: string; kind?: string; text?: string };
  rungs: Rung[];
  /** how much of it the archivist's nearest passage covered, 0 to 1, when that was too little */
  nearMiss?: number;
}

const initSchema = z.looseObject({
  input: z.looseObject({
    text: z.string(),
    change: z.string().optional(),
    thread: z.string().optional(),
    agentId: z.string().optional(),
    context: z.record(z.string(), z.string()).optional(),
  }),
});
const routedSchema = z.looseObject({
  output: z.looseObject({ candidates: z.array(z.looseObject({ agent: z.string(), kind: z.string() })) }),
});
const answeredByWork = z.looseObject({ output: z.looseObject({ answer: answerSchema }) });
const answeredByEvent = z.looseObject({ answer: answerSchema });
const declinedSchema = z.looseObject({
  output: z.looseObject({ kind: z.literal('declined'), why: z.string() }),
});

const ends = ['answered', 'cancelled', 'expired'];

export function questionFacts(history: readonly HistoryEntry[]): QuestionFacts | undefined {
  const [first] = history;
  const init = initSchema.safeParse(first?.event);
  if (first === undefined || !init.success) return undefined;
  const { text, change, thread, agentId, context = {} } = init.data.input;
  const known = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  const key = JSON.stringify([change, thread, agentId, known, text.trim()]);
  const facts: QuestionFacts = { askedAtMs: first.atMs, key, rungs: [] };
  let candidates: { agent: string; kind: string }[] = [];
  let rung = 0;
  let askedMs = first.atMs;
  for (const { atMs, event, from, to } of history) {
    const routed = routedSchema.safeParse(event);
    if (routed.success) {
      candidates = routed.data.output.candidates;
      rung = 0;
    }
    if (topOf(from) === 'asking') {
      const candidate = candidates[rung];
      const outcome = outcomeOf(event.type, event, topOf(to));
      if (candidate !== undefined && outcome !== undefined) {
        facts.rungs.push({ agent: candidate.agent, outcome, atMs, durationMs: atMs - askedMs });
        const covered = candidate.kind === 'archivist' ? coverageIn(event) : undefined;
        if (covered !== undefined) facts.nearMiss = covered;
        rung += 1;
      }
    }
    if (topOf(to) === 'asking') askedMs = atMs;
    note(facts, { atMs, event, from: topOf(from), to: topOf(to) });
  }
  return facts;
}

function note(
  facts: QuestionFacts,
  o: { atMs: number; event: HistoryEntry['event']; from: string; to: string },
): void {
  const { atMs, event, from, to } = o;
  if (from === to) return;
  if (to === 'escalated') facts.person ??= { atMs, needed: true };
  if (!ends.includes(to)) return;
  const answer = to === 'answered' ? answerOf(event) : undefined;
  facts.end = { atMs, state: to, ...(answer && { kind: answer.kind, text: answer.text }) };
  // A follower learns what its leader was told: it cost nobody anything, and proves nothing.
  if (answer === undefined || event.type === 'LEADER.ANSWERED') return;
  facts.person ??= { atMs, needed: answer.kind === 'person' };
}

function answerOf(event: unknown) {
  const byWork = answeredByWork.safeParse(event);
  if (byWork.success) return byWork.data.output.answer;
  const byEvent = answeredByEvent.safeParse(event);
  return byEvent.success ? byEvent.data.answer : undefined;
}

function outcomeOf(type: string, event: unknown, to: string): Rung['outcome'] | undefined {
  if (type.startsWith('xstate.error.')) return 'failed';
  if (type.startsWith('xstate.done.'))
    return declinedSchema.safeParse(event).success ? 'declined' : 'answered';
  // A deadline of the question itself is not the agent's.
  return type.startsWith('xstate.after.') && to !== 'expired' ? 'late' : undefined;
}

/** The archivist says how near it was: "covers 72 % of it". Other words are no evidence. */
function coverageIn(event: unknown): number | undefined {
  const declined = declinedSchema.safeParse(event);
  const match = declined.success ? /covers (\d{1,3}) %/.exec(declined.data.output.why) : null;
  return match?.[1] === undefined ? undefined : Number(match[1]) / 100;
}
