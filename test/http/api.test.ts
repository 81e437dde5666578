import { describe, expect, it, vi } from 'vitest';
import { createHttpApp, type UnforeseenError } from '../../src/http/index.ts';
import { routes } from '../../src/http/routes/index.ts';
import { sampleWorkflow } from './memory-workflow.ts';

function sampleApp() {
  const workflow = sampleWorkflow();
  const unforeseen: UnforeseenError[] = [];
  const app = createHttpApp({
    workflow,
    gate: 'socket',
    person: 'ada',
    onUnforeseen: (error) => unforeseen.push(error),
  });
  const get = (path: string) => app.request(path);
  const post = (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    app.request(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers,
    });
  return { app, workflow, unforeseen, get, post };
}

describe('the API', () => {
  it.each(routes.filter((route) => route.method === 'get' && route.contentType === 'application/json'))(
    'answers GET $path in the shape that it documents',
    async (route) => {
      const ids: Record<string, string> = {
        '/api/questions/:id': 'q-lockout',
        '/api/updates/:id': 'u1',
        '/api/threads/:id': 't1',
        '/api/machines/:id': 'change',
        '/api/actors/:id': 'change%2Fadd-login',
        '/api/actors/:id/history': 'change%2Fadd-login',
      };
      const path = route.path.replace(':id', ids[route.path] ?? 'add-login');
      const response = await sampleApp().get(
        path.startsWith('/api/documents') ? `${path}?path=project.md` : path,
      );
      expect(response.status).toBe(200);
      expect(() => route.response.parse(JSON.parse('null'))).toThrow();
      route.response.parse(await response.json());
    },
  );

  it('answers a problem of 404 for an id that names nothing, wherever it stands', async () => {
    const { get, post } = sampleApp();
    for (const list of ['changes', 'questions', 'updates', 'threads', 'actors']) {
      const response = await get(`/api/${list}/nothing%2Fhere`);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await response.json()).toMatchObject({ status: 404, code: 'not-found', which: 'nothing/here' });
    }
    expect((await post('/api/updates/nothing/approve')).status).toBe(404);
    expect((await get('/api/nothing')).status).toBe(404);
    expect((await get('/api/documents?path=gone.md')).status).toBe(404);
  });

  it('answers 409 when the state forbids an action, and 400 for a body that is not as it should be', async () => {
    const { post } = sampleApp();
    expect((await post('/api/changes/add-login/retry')).status).toBe(409);
    const wrong = await post('/api/questions/q-lockout/answer', { answer: 7 });
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ code: 'usage', why: expect.stringContaining('answer') });
    expect((await post('/api/questions', '{')).status).toBe(400);
    expect((await post('/api/documents/update', { path: 'a.md', reason: 'x' })).status).toBe(400);
    expect((await post('/api/updates/u1/reject', { why: 'no', hunks: [1] })).status).toBe(501);
  });

  it('takes nobody for a person by the author that an update names', async () => {
    const { workflow, post } = sampleApp();
    const update = vi.spyOn(workflow, 'updateDocumentWith');
    const body = { path: 'a.md', content: 'x', reason: 'y' };
    for (const named of [{}, { author: 'person:ada' }]) {
      expect((await post('/api/documents/update', { ...body, ...named })).status).toBe(202);
      expect(update).toHaveBeenLastCalledWith(expect.objectContaining({ authorKind: 'agent' }));
    }
    const claimed = await post('/api/documents/update', { ...body, authorKind: 'person' });
    expect(claimed.status).toBe(202);
    expect(update).toHaveBeenLastCalledWith(expect.objectContaining({ authorKind: 'agent' }));
  });

  it('answers 500 with an id for an error that nobody foresaw, and logs it under that id', async () => {
    const { workflow, get, unforeseen } = sampleApp();
    workflow.listAgents = async () => {
      throw new TypeError('secret inner workings');
    };
    const response = await get('/api/agents');
    const body = await response.text();
    expect(response.status).toBe(500);
    expect(body).not.toContain('secret');
    expect(unforeseen).toMatchObject([{ id: JSON.parse(body).id, path: '/api/agents' }]);
    expect(unforeseen[0]?.error.message).toBe('secret inner workings');
  });

  it('clamps a limit over 1000 and refuses one below 1', async () => {
    const { workflow, get } = sampleApp();
    await get('/api/changes?limit=5000&state=archived&cursor=c');
    expect(workflow.listed.at(-1)).toEqual({ limit: 1000, state: 'archived', cursor: 'c' });
    expect((await get('/api/changes?limit=0')).status).toBe(400);
  });

  it('refuses a body over one megabyte', async () => {
    const { post } = sampleApp();
    expect((await post('/api/questions', { question: 'x'.repeat(1024 * 1024) })).status).toBe(413);
  });

  it('asks in the words and for the asker that it was given, and waits for the answer when told', async () => {
    const { workflow, post } = sampleApp();
    const asked = post('/api/questions', {
      question: 'Why?',
      asked_by: 'docs',
      deadline_ms: 5000,
      wait_ms: 50_000,
    });
    const question = await firstQuestion(workflow);
    await workflow.answerQuestion(question, { text: 'Because.', by: 'Ada', kind: 'person' });
    expect(await (await asked).json()).toMatchObject({ state: 'answered', answer: 'Because.' });
    expect(workflow.asked).toEqual([{ question: 'Why?', askedBy: 'docs', deadlineMs: 5000 }]);
  });

  it('takes the user of the worker for whoever does not say who they are', async () => {
    const { workflow, post } = sampleApp();
    await post('/api/questions', { question: 'Why?' });
    await post('/api/questions/q1/answer', { answer: 'Because.' });
    await post('/api/updates/u1/approve');
    expect(workflow.asked[0]?.askedBy).toBe('ada');
    expect(workflow.answers[0]?.by).toBe('ada');
    expect(workflow.updates.get('u1')?.note).toBe('by ada');
  });

  it("tells a person's answer from an agent's", async () => {
    const { workflow, post } = sampleApp();
    await post('/api/questions/q-lockout/answer', { answer: '15 minutes', by: 'Ada' });
    await post('/api/questions', { question: 'Another?' });
    await post('/api/questions/q1/answer', {
      answer: 'Yes',
      agent_id: 'docs',
      sources: ['specs/auth/spec.md:3'],
    });
    expect(workflow.answers).toMatchObject([
      { text: '15 minutes', by: 'Ada', kind: 'person' },
      { text: 'Yes', by: 'docs', kind: 'agent', sources: ['specs/auth/spec.md:3'] },
    ]);
  });

  it('is ready or 503, and healthy always', async () => {
    const { workflow, get } = sampleApp();
    workflow.ready = false;
    expect((await get('/readyz')).status).toBe(503);
    workflow.health = async () => {
      throw new Error('Redis is gone');
    };
    workflow.readiness = async () => {
      throw new Error('Redis is gone');
    };
    expect((await get('/readyz')).status).toBe(503);
    const health = await get('/health');
    expect(health.status).toBe(200);
    expect(await health.json()).toEqual({ status: 'degraded', problem: 'Redis is gone' });
    expect((await get('/livez')).status).toBe(200);
  });
});

describe('an Idempotency-Key', () => {
  it('runs a POST once and answers its repetition alike, at the same time too', async () => {
    const { workflow, post } = sampleApp();
    const key = { 'idempotency-key': 'k1' };
    const replies = await Promise.all([1, 2, 3].map(() => post('/api/questions', { question: 'Why?' }, key)));
    const bodies = await Promise.all(replies.map((reply) => reply.text()));
    expect(replies.map((reply) => reply.status)).toEqual([201, 201, 201]);
    expect(new Set(bodies).size).toBe(1);
    expect(
      (await post('/api/questions', { question: 'Why?' }, key)).headers.get('idempotency-replayed'),
    ).toBe('true');
    expect(workflow.asked).toHaveLength(1);
    expect(workflow.asked[0]?.idempotencyKey).toBe('k1');
  });

  it('refuses the same key with another body', async () => {
    const { post } = sampleApp();
    await post('/api/questions', { question: 'Why?' }, { 'idempotency-key': 'k1' });
    const other = await post('/api/questions', { question: 'How?' }, { 'idempotency-key': 'k1' });
    expect(other.status).toBe(422);
    expect(other.headers.get('content-type')).toBe('application/problem+json');
  });

  it('may be tried again after a failure of ours', async () => {
    const { workflow, post } = sampleApp();
    const { pauseModels } = workflow;
    workflow.pauseModels = async () => {
      throw new Error('Redis is gone');
    };
    expect((await post('/api/pause', {}, { 'idempotency-key': 'k' })).status).toBe(500);
    workflow.pauseModels = pauseModels;
    expect((await post('/api/pause', {}, { 'idempotency-key': 'k' })).status).toBe(200);
    expect(workflow.paused).toBe(true);
  });
});

describe('/api/openapi.json', () => {
  it('describes every route, with references that resolve', async () => {
    const { app, get } = sampleApp();
    const text = await (await get('/api/openapi.json')).text();
    const document = JSON.parse(text);
    const served = app.routes
      .filter(({ path }) => !path.endsWith('*') && path !== '/api/openapi.json')
      .map(({ method, path }) => `${method} ${path.replace(':id', '{id}')}`);
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(Object(operations)).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual([...new Set(served)].sort());
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(Object.keys(document.components.schemas)).toContain(name);
    }
    expect(document.components.schemas.Question.properties.answered_by).toEqual({ type: 'string' });
  });
});

async function firstQuestion(workflow: ReturnType<typeof sampleWorkflow>): Promise<string> {
  while (!workflow.questions.has('q1')) await new Promise((resolve) => setImmediate(resolve));
  return 'q1';
}
