import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../src/actors/index.ts';
import { createArchivist } from '../../src/agents/index.ts';
import { questionFacts } from '../../src/improvement/facts/question-facts.ts';
import { roundsOf } from '../../src/improvement/facts/rounds.ts';
import { staysOf } from '../../src/improvement/facts/stays.ts';
import { updateFacts } from '../../src/improvement/facts/update-facts.ts';
import { maskMessage } from '../../src/improvement/measure/mask.ts';
import { questionMetrics } from '../../src/improvement/measure/question-metrics.ts';
import { updateMetrics } from '../../src/improvement/measure/update-metrics.ts';

type Row = [atMs: number, event: { type: string; [more: string]: unknown }, to: string];

function historyOf(rows: Row[]): HistoryEntry[] {
  return rows.map(([atMs, event, to], at) => ({
    seq: at + 1,
    atMs,
    event,
    from: rows[at - 1]?.[2] ?? '',
    to,
    effects: [],
    by: 'test',
  }));
}

const always = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

function asked(o: { atMs: number; text?: string }): Row[] {
  const input = { question: 'q', text: o.text ?? 'Who pays?', askedBy: 'a', askedAt: '' };
  return [
    [o.atMs, { type: 'xstate.init', input }, 'asked'],
    [
      o.atMs + 10,
      { type: 'xstate.done.actor.recordQuestion', output: { recorded: true } },
      'matching.searching',
    ],
    [o.atMs + 20, { type: 'xstate.done.actor.findMatch', output: { kind: 'none' } }, 'routing'],
  ];
}

const bothAgents = [
  { agent: 'archivist', kind: 'archivist', why: '' },
  { agent: 'docs', kind: 'agent', why: '' },
];
function routed(atMs: number): Row {
  return [atMs, { type: 'xstate.done.actor.routeQuestion', output: { candidates: bothAgents } }, 'asking'];
}
function answeredBy(kind: string, atMs: number, text = 'The shop.'): Row {
  const event = kind === 'person' ? 'ANSWER' : 'xstate.done.actor.askAgent';
  const answer = { text, by: kind, kind };
  return [
    atMs,
    kind === 'person' ? { type: event, answer } : { type: event, output: { kind: 'answered', answer } },
    'answered',
  ];
}

describe('the facts of a history', () => {
  it('have a stay for each state that was left, nested ones under their top state', () => {
    expect(staysOf(historyOf([...asked({ atMs: 0 }), routed(50)]))).toEqual([
      { state: 'asked', fromMs: 0, toMs: 10 },
      { state: 'matching', fromMs: 10, toMs: 20 },
      { state: 'routing', fromMs: 20, toMs: 50 },
    ]);
  });

  it('tell each agent what it made of a question: declined, late, failed or answered', () => {
    const declined = {
      type: 'xstate.done.actor.askAgent',
      output: { kind: 'declined', why: 'covers 72 % of it' },
    };
    const late = historyOf([
      ...asked({ atMs: 0 }),
      routed(30),
      [130, declined, 'asking'],
      [630, { type: 'xstate.after.agentPatience.question.asking' }, 'escalated'],
    ]);
    expect(questionFacts(late)).toMatchObject({
      rungs: [
        { agent: 'archivist', outcome: 'declined', durationMs: 100 },
        { agent: 'docs', outcome: 'late', durationMs: 500 },
      ],
      nearMiss: 0.72,
      person: { atMs: 630, needed: true },
    });
    const failed = historyOf([
      ...asked({ atMs: 0 }),
      routed(30),
      [40, { type: 'xstate.error.actor.askAgent', error: { message: 'gone' } }, 'asking'],
      answeredBy('agent', 90),
    ]);
    expect(questionFacts(failed)).toMatchObject({
      rungs: [{ outcome: 'failed' }, { agent: 'docs', outcome: 'answered', durationMs: 50 }],
      person: { needed: false },
      end: { state: 'answered', kind: 'agent' },
    });
  });

  it('take no agent to task for a person who was quicker', () => {
    const facts = questionFacts(historyOf([...asked({ atMs: 0 }), routed(30), answeredBy('person', 60)]));
    expect(facts).toMatchObject({ rungs: [], person: { needed: true } });
  });

  it('prove nothing by a follower, which cost nobody anything', () => {
    const answer = { text: 'Yes', by: 'ada', kind: 'person' };
    const told: Row = [99, { type: 'LEADER.ANSWERED', answer, at: '' }, 'answered'];
    const facts = questionFacts(historyOf([...asked({ atMs: 0 }), told]));
    expect(facts?.person).toBeUndefined();
    expect(facts?.end).toMatchObject({ state: 'answered', kind: 'person' });
  });

  it('read the coverage from the words that the archivist itself says', async () => {
    const text =
      '# Shop\n\nThe shop keeps an order for thirty days after delivery and then removes the order.\n';
    const archivist = createArchivist({
      documents: async () => [{ file: 'specs/shop/spec.md', text }],
      // No passage is ever enough: it says how near the nearest one is.
      threshold: 2,
    });
    const reply = await archivist.ask(
      { question: 'q', text: 'How many days does the shop keep and then removes the delivery?' },
      { idempotencyKey: 'k', signal: AbortSignal.timeout(10_000) },
    );
    if (reply.kind !== 'declined') throw new Error('it was to decline');
    const declined: Row = [50, { type: 'xstate.done.actor.askAgent', output: reply }, 'escalated'];
    const facts = questionFacts(historyOf([...asked({ atMs: 0 }), routed(30), declined]));
    expect(facts?.nearMiss, reply.why).toBeGreaterThan(0);
    expect(facts?.nearMiss).toBeLessThanOrEqual(1);
  });

  it('count a round of a change from leaving its rest to resting again, and a save in between as beginning anew', () => {
    const saved = { type: 'SAVED' };
    const rounds = roundsOf(
      historyOf([
        [0, { type: 'xstate.init' }, 'detected'],
        [100, saved, 'settling'],
        [200, { type: 'x' }, 'reading'],
        [300, { type: 'x' }, 'linting'],
        [400, { type: 'x' }, 'settled'],
        [1000, saved, 'settling'],
        [1100, { type: 'x' }, 'reading'],
        [1150, saved, 'settling'],
        [1250, { type: 'x' }, 'reading'],
        [1500, { type: 'x' }, 'failed'],
        [2000, saved, 'settling'],
      ]),
    );
    expect(rounds).toEqual([
      { fromMs: 100, toMs: 400, end: 'settled', firstPass: true },
      { fromMs: 1000, toMs: 1500, end: 'failed', firstPass: false },
    ]);
  });
});

describe('what is said of them', () => {
  it('counts a repeated question only where the answer was the same', () => {
    const day = 86_400_000;
    const person = (atMs: number, text: string) =>
      questionFacts(
        historyOf([...asked({ atMs }), routed(atMs + 30), answeredBy('person', atMs + 1000, text)]),
      );
    const facts = [person(0, 'The shop.'), person(day, 'The shop. '), person(2 * day, 'The bank.')].filter(
      (one) => one !== undefined,
    );
    expect(questionMetrics(facts, always).repeated_after).toEqual([(day - 1000) / 1000]);
  });

  it('counts an update as undone when the one that reverts it was applied, and a person’s look at it as no rework', () => {
    const update = (id: string, more: object, states: string[]) =>
      updateFacts(
        historyOf(
          states.map((to, at) => {
            const input = { update: id, provenance: { author: 'specloop', ...more }, ...more };
            return [at * 100, at === 0 ? { type: 'xstate.init', input } : { type: 'x' }, to];
          }),
        ),
      );
    const way = ['proposed', 'applying', 'validating'];
    const facts = [
      update('quoted', { answeredBy: 'archivist (specs/a.md:1)' }, [...way, 'writing', 'applied']),
      update('undo', { reverts: 'quoted' }, [...way, 'writing', 'applied']),
      update('approved', {}, [...way, 'awaitingApproval', 'applying', 'validating', 'writing', 'applied']),
      update('again', {}, [...way, 'writing', 'applying', 'validating', 'writing', 'applied']),
      update('refused', { reverts: 'approved' }, [...way, 'rejected']),
      update('open', {}, way),
    ].filter((one) => one !== undefined);
    expect(updateMetrics(facts, always, [])).toMatchObject({
      ends: { applied: 3 },
      undone: { count: 1, n: 3 },
      first_pass: { count: 1, n: 3 },
      archivist_overturned: { count: 1, n: 1 },
    });
  });
});

describe('an error message', () => {
  it.each([
    ['"qwen3-8b" gave no answer in time', '"…" gave no answer in time'],
    ["can't open /var/lib/x.md: ENOENT", "can't open <path>: ENOENT"],
    ['took 1,234.5 ms (limit 30)', 'took <n> ms (limit <n>)'],
    ['job change/a~3.0.deadbeef failed', 'job <path> failed'],
    ['commit 8a5c3d4 is gone\nat stack', 'commit <id> is gone'],
    ['an "unclosed quote stays', 'an "unclosed quote stays'],
    ['', ''],
  ])('is one pattern whatever it names: %s', (message, template) => {
    expect(maskMessage(message)).toBe(template);
  });

  it('has a short pattern however long it is', () => {
    expect(maskMessage('"'.repeat(1_000_000)).length).toBeLessThan(1000);
  });
});
