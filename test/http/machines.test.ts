import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { changeMachine } from '../../src/machines/index.ts';
import { bearer, startListening } from './listening.ts';
import { send } from './send.ts';

async function started() {
  const { tcp } = await startListening();
  return (path: string, headers: Record<string, string> = {}) =>
    send({ ...tcp, path, headers: { ...bearer, ...headers } });
}

describe('the machines', () => {
  it('are listed with their states and events', async () => {
    const get = await started();
    expect((await get('/api/machines')).json()).toMatchObject({
      items: [
        {
          id: 'change',
          version: changeMachine.version,
          states: expect.arrayContaining(['settled', 'failed']),
        },
        { id: 'question', states: expect.arrayContaining(['matching', 'matching.searching']) },
        { id: 'documentUpdate', events: expect.arrayContaining(['APPROVE', 'REJECT']) },
      ],
    });
  });

  it('are given one by one as JSON that is a machine again', async () => {
    const get = await started();
    const reply = JSON.parse((await get('/api/machines/question')).text);
    expect(createMachine(reply.definition).id).toBe('question');
    expect((await get('/api/machines/none')).status).toBe(404);
  });

  it('are drawn as Mermaid, and as SVG for whoever asks for that', async () => {
    const get = await started();
    const path = '/api/machines/question/diagram';
    const kinds = {
      plain: await get(path),
      browser: await get(path, { accept: 'text/html,*/*;q=0.8' }),
      image: await get(path, { accept: 'image/avif,image/svg+xml,image/*,*/*;q=0.8' }),
      format: await get(`${path}?format=svg`, { accept: 'text/vnd.mermaid' }),
    };
    const types = Object.entries(kinds).map(([name, { headers }]) => [name, headers['content-type']]);
    expect(Object.fromEntries(types)).toEqual({
      plain: 'text/vnd.mermaid; charset=utf-8',
      browser: 'text/vnd.mermaid; charset=utf-8',
      image: 'image/svg+xml; charset=utf-8',
      format: 'image/svg+xml; charset=utf-8',
    });
    expect(kinds.plain.text).toMatch(/^stateDiagram-v2\n/);
    expect(kinds.plain.headers.vary).toBe('accept');
    expect(kinds.image.text).toBe(kinds.format.text);
    expect((await get(`${path}?format=png`)).status).toBe(400);
    expect((await get('/api/machines/none/diagram')).status).toBe(404);
  });

  it('mark a state that is asked for', async () => {
    const get = await started();
    const { text } = await get('/api/machines/question/diagram?format=svg&state=matching.following');
    expect(text.match(/active" data-state="[^"]*"/g)).toEqual([
      'active" data-state="matching"',
      'active" data-state="matching.following"',
    ]);
  });

  it('are behind the gate', async () => {
    const { tcp } = await startListening();
    for (const path of ['/api/machines', '/api/machines/change', '/api/machines/change/diagram']) {
      expect((await send({ ...tcp, path })).status, path).toBe(401);
    }
  });
});
