import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENT_ASKER, questionActor, WITHDRAWN } from '../../src/questions/index.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { heldPersona, openRoad, type Road } from './support.ts';

let redis: TestRedis;
let road: Road;
let count = 0;

beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());
afterEach(() => road.close());

async function open(...agents: Parameters<typeof openRoad>[2] & object): Promise<Road> {
  count += 1;
  road = await openRoad(redis, `q${count}`, agents);
  return road;
}

/** Waits until a question is where the test needs it. */
async function reaches(id: string, state: string) {
  const view = await road.runtime.waitFor(questionActor(id), (now) => now.state.startsWith(state), {
    timeoutMs: 20_000,
  });
  expect(
    view?.state,
    `where ${id} stands: ${(await road.runtime.get(questionActor(id)))?.state}`,
  ).toBeDefined();
  return await road.router.get(id);
}

const spec = {
  file: 'specs/session/spec.md',
  text: [
    '# Session',
    '## Requirements',
    '### Requirement: Session timeout',
    'The session timeout SHALL be 30 minutes without activity.',
  ].join('\n'),
};

describe('a question', () => {
  it('that the specs answer is answered with their words, the file and the line', async () => {
    const { router, documents } = await open();
    documents.push(spec);
    const { id } = await router.ask({ question: 'What is the session timeout in minutes?', askedBy: 'test' });
    const answered = await router.wait(id, { waitMs: 20_000 });
    expect(answered).toMatchObject({
      state: 'answered',
      answer: 'The session timeout SHALL be 30 minutes without activity.',
      sources: ['specs/session/spec.md:4'],
    });
  });

  it('that nobody can answer waits for a person, and says who was asked and why it did not help', async () => {
    const { router } = await open();
    const id = await router.askQuestion('Which colour shall the bicycle shed have?');
    const escalated = await reaches(id, 'escalated');
    expect(escalated?.no_answer_reason).toMatch(/archivist declined: .*waits for a person/);
    expect(escalated?.open_for_people).toBe(true);
    expect((await router.getPendingQuestions()).map((question) => question.id)).toEqual([id]);
  });

  it('takes an answer once: the second one is refused and changes nothing', async () => {
    const { router } = await open();
    const id = await router.askQuestion('Which colour shall the bicycle shed have?');
    await reaches(id, 'escalated');
    await router.submitAnswer(id, 'green');
    const second = await router.answer(id, { text: 'red', by: 'Bob', kind: 'person' });
    expect(second).toMatchObject({ accepted: false, question: { state: 'answered', answer: 'green' } });
    await expect(router.submitAnswer(id, 'blue')).rejects.toThrow('takes no answer');
    expect(await router.getPendingQuestions()).toEqual([]);
  });

  it('that a retry answers again with the same words is still accepted', async () => {
    const { router } = await open();
    const id = await router.askQuestion('Which colour shall the bicycle shed have?');
    await reaches(id, 'escalated');
    const answer = { text: 'green', by: 'Ada', kind: 'person' } as const;
    expect((await router.answer(id, answer)).accepted).toBe(true);
    expect((await router.answer(id, answer)).accepted).toBe(true);
  });

  it('is taken late when its deadline has passed, and says so', async () => {
    const { router } = await open();
    const { id } = await router.ask({ question: 'Is it time yet?', askedBy: 'test', deadlineMs: 1 });
    const expired = await reaches(id, 'expired');
    expect(expired?.no_answer_reason).toMatch(/^deadline/);
    const { accepted, question } = await router.answer(id, { text: 'yes', by: 'Ada', kind: 'person' });
    expect({ accepted, ...question }).toMatchObject({ accepted: true, state: 'answered', late: true });
  });

  it('that is unknown is an error that names it', async () => {
    const { router } = await open();
    await expect(router.submitAnswer('q-none', 'x')).rejects.toMatchObject({
      code: 'not-found',
      which: 'q-none',
    });
    await expect(router.cancel('q-none', 'x')).rejects.toMatchObject({ code: 'not-found' });
    expect(await router.get('q-none')).toBeUndefined();
    expect(await router.wait('q-none', { waitMs: 60_000 })).toBeUndefined();
  });

  it('without words is refused', async () => {
    const { router } = await open();
    await expect(router.askQuestion('  ')).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('asking again', () => {
  it('in the same change with the same words is the same question, whoever asks', async () => {
    const { router } = await open();
    const first = await router.ask({ question: 'Who pays?', askedBy: DOCUMENT_ASKER, change: 'pay' });
    const again = await router.ask({ question: ' who  pays', askedBy: 'model', change: 'pay' });
    const other = await router.ask({ question: 'Who pays?', askedBy: DOCUMENT_ASKER, change: 'ship' });
    expect(again.id).toBe(first.id);
    expect(other.id).not.toBe(first.id);
    expect((await router.list({ change: 'pay', state: 'all' })).items).toHaveLength(1);
  });

  it('under the same idempotency key asks once, and under another one twice', async () => {
    const { router } = await open();
    const ask = (key: string) => router.ask({ question: 'Who pays?', askedBy: 'ci', idempotencyKey: key });
    const [a, b, c] = [await ask('1'), await ask('1'), await ask('2')];
    expect(b.id).toBe(a.id);
    expect(c.id).not.toBe(a.id);
  });

  it('what its document took back asks anew; what a person cancelled stays cancelled', async () => {
    const { router } = await open();
    const ask = (question: string) => router.ask({ question, askedBy: DOCUMENT_ASKER, change: 'pay' });
    const withdrawn = await ask('Who pays?');
    await router.cancel(withdrawn.id, WITHDRAWN);
    const anew = await ask('Who pays?');
    expect(anew.id).not.toBe(withdrawn.id);
    expect((await router.list({ change: 'pay', state: 'all' })).items.map(({ id }) => id)).toEqual([anew.id]);
    await router.cancel(anew.id, 'nobody cares');
    expect(await ask('Who pays?')).toMatchObject({ id: anew.id, state: 'cancelled' });
  });
});

describe('twins', () => {
  it('in flight are asked once, and the answer reaches everyone who asked', async () => {
    const persona = heldPersona('sage');
    const { router } = await open(persona.agent);
    const leader = await router.ask({ question: 'How deep is the well?', askedBy: 'a' });
    await persona.reached();
    const twins = await Promise.all(
      ['b', 'c', 'd'].map((askedBy) => router.ask({ question: 'how deep is the well', askedBy })),
    );
    for (const { id } of twins) await reaches(id, 'matching.following');
    persona.answer('forty fathoms');
    for (const { id } of [leader, ...twins]) {
      expect(await router.wait(id, { waitMs: 20_000 })).toMatchObject({ answer: 'forty fathoms' });
    }
    expect(persona.asked).toHaveLength(1);
  });

  it('that differ in a word, a number, the context, the thread or the agent are none', async () => {
    const { router } = await open();
    const base = { question: 'Do we keep logs 30 days?', askedBy: 'a', context: { region: 'EU' } };
    const first = await router.ask(base);
    await reaches(first.id, 'escalated');
    const others = [
      { ...base, question: 'Do we not keep logs 30 days?' },
      { ...base, question: 'Do we keep logs 90 days?' },
      { ...base, context: { region: 'US' } },
      { ...base, threadId: 't' },
      { ...base, agentId: 'nobody' },
    ];
    for (const other of others) await reaches((await router.ask(other)).id, 'escalated');
  });

  it('promote a follower when the leader is cancelled: no one is left behind', async () => {
    const { router } = await open();
    const ask = (askedBy: string) => router.ask({ question: 'How deep is the well?', askedBy });
    const leader = await ask('a');
    await reaches(leader.id, 'escalated');
    const second = await ask('b');
    await reaches(second.id, 'matching.following');
    const third = await ask('c');
    await reaches(third.id, 'matching.following');
    await router.cancel(leader.id, 'asked by mistake');
    await reaches(second.id, 'escalated');
    await router.submitAnswer(second.id, 'forty fathoms');
    expect(await router.wait(third.id, { waitMs: 20_000 })).toMatchObject({ answer: 'forty fathoms' });
  });

  it('are served the finished answer, marked as remembered, until its time is over', async () => {
    const { router, clock } = await open();
    const ask = () => router.ask({ question: 'How deep is the well?', askedBy: 'a' });
    const first = await ask();
    await reaches(first.id, 'escalated');
    await router.submitAnswer(first.id, 'forty fathoms');
    const second = await ask();
    expect(await router.wait(second.id, { waitMs: 20_000 })).toMatchObject({ answer: 'forty fathoms' });
    clock.nowMs += 2 * 3_600_000;
    const third = await ask();
    expect((await reaches(third.id, 'escalated'))?.answer).toBeUndefined();
  });

  it('are not served a quotation whose lines changed, but one that only moved', async () => {
    const { router, documents } = await open();
    documents.push({ ...spec });
    const ask = async () => {
      const { id } = await router.ask({ question: 'What is the session timeout in minutes?', askedBy: 'a' });
      return await router.wait(id, { waitMs: 20_000 });
    };
    const first = await ask();
    documents[0] = { ...spec, text: `intro\n\n${spec.text}\n\nmore` };
    const moved = await ask();
    expect([first?.sources, moved?.sources]).toEqual([
      ['specs/session/spec.md:4'],
      ['specs/session/spec.md:4'],
    ]);
    documents[0] = { ...spec, text: spec.text.replace('30 minutes', '45 minutes') };
    expect((await ask())?.answer).toContain('45 minutes');
  });
});

describe('people', () => {
  it('are asked five at a time: questions of the documents first, then by worth, then the oldest', async () => {
    const { router, inactive } = await open();
    const ask = async (question: string, more: object = {}) => {
      const { id } = await router.ask({ question, askedBy: 'model', ...more });
      await reaches(id, 'escalated');
      return id;
    };
    const dull = await ask('a dull one?', { priority: 0.1 });
    const gone = await ask('of a change that is gone?', { priority: 1, change: 'gone' });
    const older = await ask('an older good one?', { priority: 0.5 });
    const newer = await ask('a newer good one?', { priority: 0.5 });
    const best = await ask('the best one?', { priority: 0.9 });
    const document = await ask('of the document?', { askedBy: DOCUMENT_ASKER, change: 'here', priority: 0 });
    const dullest = await ask('the dullest one?', { priority: 0 });
    inactive.add('gone');
    const asked = await router.openForPeople();
    expect(asked.map(({ id }) => id)).toEqual([document, best, older, newer, dull]);
    expect((await router.get(dullest))?.open_for_people).toBe(false);
    expect((await router.get(gone))?.open_for_people).toBe(false);
    await router.submitAnswer(best, 'done');
    expect((await router.openForPeople()).map(({ id }) => id)).toContain(dullest);
  });
});

describe('lists', () => {
  it('come newest first in pages that neither repeat nor lose, even within one millisecond', async () => {
    const { router } = await open();
    const asked = await Promise.all(
      Array.from({ length: 25 }, (_, at) => router.ask({ question: `question number ${at}?`, askedBy: 'a' })),
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await router.list({ state: 'all', limit: 4, ...(cursor !== undefined && { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(25);
    expect(new Set(seen)).toEqual(new Set(asked.map(({ id }) => id)));
  });

  it('show a registered agent the questions that name what it can answer, and those asked of it', async () => {
    const { router, directory } = await open();
    await directory.register({ id: 'db', capabilities: ['postgres', 'migrations'] });
    const about = await router.ask({ question: 'Do migrations run at start?', askedBy: 'a' });
    const named = await router.ask({ question: 'Is it raining?', askedBy: 'a', agentId: 'db' });
    const other = await router.ask({ question: 'Which font is used?', askedBy: 'a' });
    for (const { id } of [about, named, other]) await reaches(id, 'escalated');
    const { items } = await router.list({ agentId: 'db' });
    expect(items.map(({ id }) => id).sort()).toEqual([about.id, named.id].sort());
    expect(items.find(({ id }) => id === named.id)?.no_answer_reason).toContain(
      'fetches its questions itself',
    );
  });

  it('know threads with their questions, oldest first', async () => {
    const { router } = await open();
    const first = await router.ask({ question: 'What is a widget?', askedBy: 'a', threadId: 'talk' });
    const second = await router.ask({ question: 'And its weight?', askedBy: 'a', threadId: 'talk' });
    expect(await router.threads()).toMatchObject([{ id: 'talk', questions: 2 }]);
    const thread = await router.thread('talk');
    expect(new Set(thread?.questions.map(({ id }) => id))).toEqual(new Set([first.id, second.id]));
    expect(await router.thread('none')).toBeUndefined();
  });
});
