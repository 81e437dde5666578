import { describe, expect, it } from 'vitest';
import type { EventObject } from 'xstate';
import { type QuestionContext, questionMachine } from '../../src/machines/index.ts';
import { done, explore, failed, timer, walk } from './support.ts';

const input = { question: 'q1', text: 'Who may export?', askedBy: 'ann', askedAt: '', asker: 'change/x' };
const words = { text: 'Everyone', by: 'ann', kind: 'person' };

const recorded = done('recordQuestion', { recorded: true });
const none = done('findMatch', { kind: 'none' });
const twin = done('findMatch', { kind: 'twin', leader: 'question/q0' });
const cached = done('findMatch', { kind: 'cached', answer: words, at: 't' });
const agent = (id: string) => ({ agent: id, kind: 'agent', why: 'it can' });
const routed = (...ids: string[]) => done('routeQuestion', { candidates: ids.map(agent) });
const answered = done('askAgent', { kind: 'answered', answer: { ...words, by: 'docs' }, at: 't' });
const declined = done('askAgent', { kind: 'declined', why: 'not in my books' });
const noPatience = timer('agentPatience', 'question.asking');
const deadline = timer('deadline', 'question');
const ANSWER = { type: 'ANSWER', answer: words, at: 't' };
const CANCEL = { type: 'CANCEL', why: 'settled in a meeting' };
const follow = (follower: string) => ({ type: 'FOLLOW', follower });
const leaderAnswered = { type: 'LEADER.ANSWERED', answer: words, at: 't' };
const leaderGone = { type: 'LEADER.GONE' };

const toRouting: EventObject[] = [recorded, none];
const following: EventObject[] = [recorded, twin];
const escalated: EventObject[] = [...toRouting, routed()];
const asking: EventObject[] = [...toRouting, routed('docs', 'architect')];

function run(...events: EventObject[]) {
  return walk(questionMachine, input, events);
}

describe('the machine of a question', () => {
  const exploration = explore(questionMachine, {
    input,
    events: [
      recorded,
      failed('recordQuestion'),
      timer('stepPatience', 'question.asked'),
      none,
      twin,
      cached,
      failed('findMatch'),
      timer('stepPatience', 'question.matching.searching'),
      routed(),
      routed('docs', 'architect'),
      failed('routeQuestion'),
      timer('stepPatience', 'question.routing'),
      answered,
      declined,
      failed('askAgent'),
      noPatience,
      deadline,
      ANSWER,
      CANCEL,
      follow('question/q2'),
      leaderAnswered,
      leaderGone,
    ],
    facets: (context: QuestionContext) => [context.rung, context.candidates.length, context.followers.length],
  });

  it('reaches every state that people are shown', () => {
    expect(exploration.states).toEqual(
      ['asked', 'matching', 'routing', 'asking', 'escalated', 'answered', 'expired', 'cancelled'].sort(),
    );
  });

  it('can take every transition that is written down', () => {
    expect(exploration.untaken).toEqual([]);
  });
});

describe('a question', () => {
  it('is answered by what was answered before', () => {
    const { state, snapshot, wants } = run(recorded, cached);
    expect(state).toBe('answered');
    expect(snapshot.context.answer?.text).toBe('Everyone');
    expect(wants).toContain('QUESTION.CHANGED answered → change/x');
  });

  it('goes from agent to agent, and to people last, and keeps what each said', () => {
    const { state, snapshot, wants } = run(...asking, declined, noPatience);
    expect(state).toBe('escalated');
    expect(wants).toContain('QUESTION.CHANGED escalated → change/x');
    expect(snapshot.context.trail).toEqual([
      { agent: 'docs', outcome: 'declined', why: 'not in my books' },
      { agent: 'architect', outcome: 'late', why: 'no answer in time' },
    ]);
    expect(run(...asking, failed('askAgent', 'gone away')).snapshot.context.trail[0]).toMatchObject({
      outcome: 'failed',
      why: 'gone away',
    });
  });

  it.each([
    ['the book cannot be written', [failed('recordQuestion')], 'matching.searching'],
    ['the book never answers', [timer('stepPatience', 'question.asked')], 'matching.searching'],
    ['looking for twins fails', [recorded, failed('findMatch')], 'routing'],
    [
      'looking for twins never ends',
      [recorded, timer('stepPatience', 'question.matching.searching')],
      'routing',
    ],
    ['routing fails', [...toRouting, failed('routeQuestion')], 'escalated'],
    ['routing never ends', [...toRouting, timer('stepPatience', 'question.routing')], 'escalated'],
  ])('goes on towards people when %s', (_, events, state) => {
    expect(run(...events).state).toBe(state);
  });

  it('takes an answer in every state that is open, and tells who asked', () => {
    for (const path of [[], [recorded], following, toRouting, asking, escalated]) {
      const { state, wants } = run(...path, ANSWER);
      expect(state).toBe('answered');
      expect(wants).toContain('QUESTION.CHANGED answered → change/x');
    }
  });

  it('expires at its deadline wherever it stands, and takes a late answer as late', () => {
    for (const path of [[], [recorded], following, toRouting, asking, escalated]) {
      const { state, wants } = run(...path, deadline);
      expect(state).toBe('expired');
      expect(wants).toContain('QUESTION.CHANGED expired → change/x');
    }
    const late = run(...escalated, deadline, ANSWER);
    expect(late.state).toBe('answered');
    expect(late.snapshot.context).toMatchObject({ late: true, noAnswerReason: '' });
    expect(run(...escalated, ANSWER).snapshot.context.late).toBe(false);
  });

  it('hears nothing more once it is answered or cancelled', () => {
    expect(run(...escalated, ANSWER, CANCEL).state).toBe('answered');
    expect(run(...escalated, CANCEL, ANSWER).state).toBe('cancelled');
    expect(run(...escalated, CANCEL).snapshot.context.noAnswerReason).toBe('settled in a meeting');
  });
});

describe('twins', () => {
  it('are told the answer of the one they follow', () => {
    const leader = run(
      ...escalated,
      follow('question/q2'),
      follow('question/q3'),
      follow('question/q2'),
      ANSWER,
    );
    expect(leader.wants.filter((want) => want.startsWith('LEADER'))).toEqual([
      'LEADER.ANSWERED → question/q2',
      'LEADER.ANSWERED → question/q3',
    ]);
    expect(run(...following, leaderAnswered).state).toBe('answered');
  });

  it.each([
    ['is cancelled', CANCEL],
    ['expires', deadline],
  ])('look for another leader, or lead themselves, when theirs %s', (_, end) => {
    expect(run(...escalated, follow('question/q2'), end).wants).toContain('LEADER.GONE → question/q2');
    const promoted = run(...following, leaderGone);
    expect(promoted).toMatchObject({ state: 'matching.searching' });
    expect(promoted.wants).toContain('start findMatch');
    expect(promoted.snapshot.context.leader).toBe('');
    expect(run(...following, leaderGone, none).state).toBe('routing');
  });

  it('hear a leader’s word that comes before they have noted that they follow', () => {
    expect(run(recorded, leaderAnswered).state).toBe('answered');
    const { state, wants } = run(recorded, leaderGone);
    expect(state).toBe('matching.searching');
    expect(wants).toContain('start findMatch');
  });

  it('hear a late answer of a leader long after they went on by themselves', () => {
    expect(run(...following, leaderGone, none, routed(), leaderAnswered).state).toBe('answered');
    expect(run(...following, deadline, leaderAnswered).snapshot.context.late).toBe(true);
  });
});
