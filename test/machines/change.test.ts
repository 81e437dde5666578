import { describe, expect, it } from 'vitest';
import type { EventObject } from 'xstate';
import { type ChangeContext, changeMachine, changeWaitsFor } from '../../src/machines/index.ts';
import { done, explore, failed, timer, walk } from './support.ts';

const input = { change: 'add-export' };
const findings = { error: 1, warning: 0, info: 0 };

const saved = (contentHash: string, byPerson = true) => ({ type: 'SAVED', contentHash, byPerson });
const question = (state: string, id = 'q1') => ({ type: 'QUESTION.CHANGED', question: id, state });
const update = (state: string) => ({ type: 'UPDATE.CHANGED', update: 'u1', state });
const read = (contentHash = 'a') => done('readChange', { kind: 'read', contentHash });
const linted = done('lintChange', { findings });
const analysed = done('analyseChange', { kind: 'analysed', findings });
const unavailable = done('analyseChange', { kind: 'unavailable', why: 'no model' });
const raised = (...open: string[]) => done('raiseQuestions', { open });
const drafted = done('draftEdits', { drafts: ['d1'] });
const verified = done('verifyDrafts', { accepted: ['d1'] });
const proposed = done('proposeUpdates', { updates: ['u1'] });
const quiet = timer('settle', 'change.settling');

const toReading: EventObject[] = [saved('a'), quiet];
/** one round by rules alone; a person saved, so that a model is asked next */
const rules: EventObject[] = [...toReading, read(), linted, raised('q1'), drafted, verified, proposed];
const settledWithoutModel: EventObject[] = [...rules, unavailable];

const steps = ['reading', 'linting', 'clarifying', 'drafting', 'verifying', 'updating'];

function run(...events: EventObject[]) {
  return walk(changeMachine, input, events);
}

describe('the machine of a change', () => {
  const exploration = explore(changeMachine, {
    input,
    events: [
      saved('a'),
      saved('a', false),
      saved('b'),
      ...['GONE', 'ARCHIVED', 'PROCESS', 'SPECS.SAVED', 'MODEL.UP', 'RETRY', 'CANCEL'].map((type) => ({
        type,
      })),
      question('answered'),
      question('escalated'),
      update('awaitingApproval'),
      update('applied'),
      quiet,
      read('a'),
      done('readChange', { kind: 'gone' }),
      done('readChange', { kind: 'archived' }),
      linted,
      analysed,
      unavailable,
      raised('q1'),
      drafted,
      verified,
      proposed,
      ...['readChange', 'lintChange', 'analyseChange', 'raiseQuestions', 'draftEdits'].map((id) =>
        failed(id),
      ),
      ...['verifyDrafts', 'proposeUpdates'].map((id) => failed(id)),
      ...steps.map((step) => timer('stepPatience', `change.${step}`)),
      timer('modelPatience', 'change.analysing'),
    ],
    facets: (context: ChangeContext) => [
      context.contentHash,
      context.reviewedHash === context.contentHash,
      context.modelWanted,
      context.modelProblem !== '',
      context.answersWaiting,
    ],
  });

  it('reaches every state that people are shown', () => {
    expect(exploration.states).toEqual(
      [
        ...['detected', 'settling', 'reading', 'linting', 'analysing', 'clarifying', 'drafting', 'verifying'],
        ...['updating', 'settled', 'failed', 'absent', 'archived'],
      ].sort(),
    );
  });

  it('can take every transition that is written down', () => {
    expect(exploration.untaken).toEqual([]);
  });
});

describe('a change', () => {
  it('waits until the files are quiet, however often they are saved', () => {
    expect(run(saved('a'), saved('b'), saved('c')).state).toBe('settling');
    expect(run(saved('a'), saved('b'), saved('c'), quiet)).toMatchObject({
      state: 'reading',
      wants: ['start readChange'],
    });
  });

  it('is through its rules, its questions and its edits before a model is asked', () => {
    const { state, wants } = run(...rules);
    expect(state).toBe('analysing');
    expect(wants).toContain('start analyseChange');
  });

  it('settles without a model, and says that it waits for one', () => {
    const { state, snapshot } = run(...settledWithoutModel);
    expect(state).toBe('settled');
    expect(changeWaitsFor(snapshot.context)).toEqual(['answers', 'model']);
    expect(snapshot.context).toMatchObject({ modelProblem: 'no model', findings });
  });

  it.each([
    ['fails', failed('analyseChange', '')],
    ['never ends', timer('modelPatience', 'change.analysing')],
    ['is unavailable and does not say why', done('analyseChange', { kind: 'unavailable', why: '' })],
  ])('settles when the model’s work %s, and does not ask at once again', (_, event) => {
    const { state, snapshot, wants } = run(...rules, event);
    expect(state).toBe('settled');
    expect(wants).not.toContain('start analyseChange');
    expect(snapshot.context.modelWanted).toBe(true);
  });

  it('asks the model as soon as one is up', () => {
    expect(run(...settledWithoutModel, { type: 'MODEL.UP' })).toMatchObject({
      state: 'analysing',
      wants: ['start analyseChange'],
    });
  });

  it('asks no model that comes up when none is wanted', () => {
    const events = [...rules, analysed, raised(), drafted, verified, proposed];
    expect(run(...events).state).toBe('settled');
    expect(run(...events, { type: 'MODEL.UP' }).state).toBe('settled');
  });

  it('tries the model again at the end of a round in which it came up unheard', () => {
    const again = [saved('b'), quiet, read('b'), linted, raised(), drafted, verified, proposed];
    expect(run(...settledWithoutModel, ...again).state).toBe('analysing');
    // an answer's round, with the model up in the middle of it
    const answer = [question('answered'), { type: 'MODEL.UP' }, drafted, verified, proposed];
    expect(run(...settledWithoutModel, ...answer).state).toBe('analysing');
  });

  it('drafts an answer at once when it is settled, and after its round otherwise', () => {
    expect(run(...settledWithoutModel, question('answered')).state).toBe('drafting');
    const whileVerifying = [...toReading, read(), linted, raised('q1'), drafted, question('answered')];
    expect(run(...whileVerifying).state).toBe('verifying');
    expect(run(...whileVerifying, verified, proposed).state).toBe('drafting');
  });

  it('drafts an answer that comes while a model thinks, and asks the model afterwards', () => {
    const answered = run(...rules, question('answered'));
    expect(answered).toMatchObject({ state: 'drafting', wants: ['stop analyseChange', 'start draftEdits'] });
    expect(run(...rules, question('answered'), drafted, verified, proposed).state).toBe('analysing');
    expect(run(...rules, question('expired')).state).toBe('analysing');
  });

  it('begins a new round at a save of new bytes in every state', () => {
    for (let cut = 0; cut <= settledWithoutModel.length; cut += 1) {
      expect(run(...settledWithoutModel.slice(0, cut), saved('new')).state).toBe('settling');
    }
  });

  it('takes no new round for bytes that it knows', () => {
    expect(run(...settledWithoutModel, saved('a')).state).toBe('settled');
  });

  it('asks the model about a person’s save that a round had read before it was told', () => {
    const told = run(saved('a', false), quiet, read('b'), saved('b'));
    expect(told.state).toBe('linting');
    expect(told.snapshot.context.modelWanted).toBe(true);
  });

  it('settles with approvals and answers open, and says so in the order in which to look', () => {
    const { snapshot } = run(...settledWithoutModel, update('awaitingApproval'));
    expect(changeWaitsFor(snapshot.context)).toEqual(['approval', 'answers', 'model']);
    const { snapshot: waiting } = run(...settledWithoutModel, update('waitingForRepository'));
    expect(changeWaitsFor(waiting.context)).toEqual(['answers', 'repository', 'model']);
    const { snapshot: applied } = run(...settledWithoutModel, update('awaitingApproval'), update('applied'));
    expect(changeWaitsFor(applied.context)).toEqual(['answers', 'model']);
  });

  it('does not reopen a question that ended before the list of open ones was made', () => {
    const { snapshot } = run(...toReading, read(), question('cancelled'), linted, raised('q1', 'q2'));
    expect(snapshot.context.questionsOpen).toEqual(['q2']);
  });

  it('waits no more for a question that expired, but drafts its late answer', () => {
    const expired = run(...settledWithoutModel, question('expired'));
    expect(changeWaitsFor(expired.snapshot.context)).toEqual(['model']);
    const late = run(...settledWithoutModel, question('expired'), question('answered'));
    expect(late).toMatchObject({ state: 'drafting', wants: ['start draftEdits'] });
    expect(late.snapshot.context.questionsClosed).toEqual(['q1']);
  });

  it('remembers the newest ends of questions only, however many there are', () => {
    const ends = Array.from({ length: 300 }, (_, n) => question('answered', `q${n}`));
    const { questionsClosed } = run(...ends).snapshot.context;
    expect(questionsClosed).toHaveLength(200);
    expect(questionsClosed.at(-1)).toBe('q299');
  });

  it('keeps what it knew while another branch is checked out', () => {
    const away = [...settledWithoutModel, { type: 'GONE' }];
    const back = run(...away, saved('a', false));
    expect(run(...away).state).toBe('absent');
    expect(back.state).toBe('settled');
    expect(back.snapshot.context).toMatchObject({
      questionsOpen: ['q1'],
      findings,
      modelProblem: 'no model',
    });
    expect(run(...away, saved('b', false)).state).toBe('settling');
  });

  it('hears of questions and updates while it is absent', () => {
    const away = [...settledWithoutModel, { type: 'GONE' }, question('answered'), update('awaitingApproval')];
    const back = run(...away, saved('a', false));
    expect(back.state).toBe('drafting');
    expect(back.snapshot.context.updates).toEqual({ u1: 'awaitingApproval' });
  });

  it('goes again through a round that was cut short by a branch, and on to the model it still wants', () => {
    for (let cut = toReading.length; cut < rules.length; cut += 1) {
      const { state } = run(...rules.slice(0, cut), { type: 'GONE' }, saved('a', false));
      expect(state).toBe('settling');
    }
    expect(run(...rules, { type: 'GONE' }, saved('a', false)).state).toBe('analysing');
    expect(run(...rules, analysed, { type: 'GONE' }, saved('a', false)).state).toBe('settling');
  });

  it('comes back from the archive where a branch has it active', () => {
    const archived = [...settledWithoutModel, { type: 'ARCHIVED' }];
    expect(run(...archived).state).toBe('archived');
    expect(run(...archived, { type: 'SPECS.SAVED' }).state).toBe('archived');
    expect(run(...archived, saved('a', false)).state).toBe('settled');
    expect(run(...archived, saved('b', false)).state).toBe('settling');
    expect(run(...archived, { type: 'GONE' }).state).toBe('absent');
  });

  it.each(steps)('fails with the name of the step when %s never ends', (step) => {
    const at = rules.findIndex((_, cut) => run(...rules.slice(0, cut)).state === step);
    const { state, snapshot } = run(...rules.slice(0, at), timer('stepPatience', `change.${step}`));
    expect(state).toBe('failed');
    expect(snapshot.context.problem).toContain(step);
  });

  it('begins again from failed by a save of the same bytes or a retry', () => {
    const broken = [...toReading, failed('readChange', 'disk')];
    expect(run(...broken).snapshot.context.problem).toBe('disk');
    expect(run(...broken, saved('a')).state).toBe('settling');
    expect(run(...broken, { type: 'RETRY' }).state).toBe('settling');
  });

  it('wants no model any more once it is cancelled', () => {
    const { state, snapshot } = run(...rules, { type: 'CANCEL' });
    expect(state).toBe('settled');
    expect(changeWaitsFor(snapshot.context)).toEqual(['answers']);
  });
});
