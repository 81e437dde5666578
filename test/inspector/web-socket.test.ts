import { once } from 'node:events';
import { createWebSocketReceiver } from '@statelyai/inspect';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { z } from 'zod';
import type { ActorRuntime } from '../../src/actors/index.ts';
import { createInspectorSocket, INSPECTOR_PATH } from '../../src/inspector/index.ts';
import { questionMachine } from '../../src/machines/index.ts';
import { EventFeed } from '../../src/telemetry/index.ts';
import { openRuntime } from '../actors/support.ts';
import { bearer, startListening, TOKEN } from '../http/listening.ts';
import { send } from '../http/send.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

/** What is looked at of a message. */
const received = z.looseObject({
  type: z.string(),
  sessionId: z.string(),
  definition: z.string().optional(),
  snapshot: z.looseObject({ value: z.unknown().optional() }).optional(),
  event: z.looseObject({ type: z.string() }).optional(),
});

const work = <Output>(output: Output) => ({ queue: 'work', run: async () => output });
const registration = {
  machine: questionMachine,
  effects: {
    recordQuestion: work({ recorded: true }),
    findMatch: work({ kind: 'none' }),
    routeQuestion: work({ candidates: [] }),
    askAgent: work({ kind: 'declined', why: 'nobody is there' }),
  },
};

let redis: TestRedis;
let runtime: ActorRuntime;
let feed: EventFeed;

beforeAll(async () => {
  redis = await startTestRedis();
  runtime = await openRuntime(redis, [registration]);
  feed = new EventFeed({
    redis: redis.connect(),
    ns: 'test',
    connect: () => redis.connect({ blocking: true }),
  });
  runtime.onCommitted(({ actor, machine, atMs, event, from, to }) => {
    void feed.append({ at: new Date(atMs).toISOString(), type: event, actor, machine, from, to });
  });
});
afterAll(async () => {
  await runtime.close();
  await redis.stop();
});

async function ask(id: string): Promise<void> {
  const input = { question: id, text: 'How long?', askedBy: 'Ada', askedAt: '2026-11-23T10:00:00.000Z' };
  await runtime.start('question', id, input);
  await runtime.waitFor(id, ({ state }) => state === 'escalated', { timeoutMs: 30_000 });
}

/** A worker's faces, with the inspector's socket on its TCP port. */
async function started() {
  const problems: unknown[] = [];
  const accept = createInspectorSocket({
    source: {
      recentActors: async (limit) => (await runtime.list({ limit })).items,
      actor: (id) => runtime.get(id),
      history: (id) => runtime.history(id),
      transitions: (signal) => feed.read({ signal }),
    },
    onProblem: (error) => problems.push(error),
  });
  const listening = await startListening({ upgrades: [INSPECTOR_PATH], onUpgrade: accept });
  return { ...listening, problems, address: `ws://127.0.0.1:${listening.tcp.port}${INSPECTOR_PATH}` };
}

/** The status that a client is refused with; 101 when it is taken. */
async function statusFor(address: string, options: ClientOptions = {}): Promise<number | undefined> {
  const socket = new WebSocket(address, options);
  socket.on('error', () => {});
  onTestFinished(() => socket.terminate());
  return Promise.race([
    once(socket, 'open').then(() => 101),
    once(socket, 'unexpected-response').then(([, response]) => Number(response.statusCode)),
  ]);
}

describe('the inspector over WebSocket', () => {
  it('is received by Stately’s own receiver: actors, events and snapshots of real transitions', async () => {
    await ask('question/before');
    const { address, problems } = await started();
    const seen: z.infer<typeof received>[] = [];
    let look = () => {};
    createWebSocketReceiver({ server: `${address}?token=${TOKEN}` }).subscribe((event) => {
      seen.push(received.parse(event));
      look();
    });
    const until = (type: string, value: string) =>
      new Promise<void>((resolve) => {
        look = () => {
          const state = seen.at(-1)?.snapshot?.value;
          if (seen.at(-1)?.type === type && state === value) resolve();
        };
        look();
      });
    await until('@xstate.actor', 'escalated');
    expect(seen).toMatchObject([{ type: '@xstate.actor', sessionId: 'question/before' }]);

    const answer = { text: '15 minutes', by: 'Ada', kind: 'person' };
    const ended = until('@xstate.snapshot', 'answered');
    await runtime.send('question/before', { type: 'ANSWER', ...{ answer, at: '2026-11-23T10:05:00.000Z' } });
    await ended;
    expect(seen.slice(1)).toMatchObject([
      { type: '@xstate.event', event: { type: 'ANSWER', answer } },
      {
        type: '@xstate.snapshot',
        event: { type: 'ANSWER' },
        snapshot: { status: 'done', value: 'answered' },
      },
    ]);

    const escalated = until('@xstate.snapshot', 'escalated');
    await ask('question/after');
    await escalated;
    const ours = seen.filter(({ sessionId }) => sessionId === 'question/after');
    expect(ours[0]).toMatchObject({ type: '@xstate.actor', definition: expect.stringContaining('"asked"') });
    expect(
      ours.filter(({ type }) => type === '@xstate.snapshot').map(({ snapshot }) => snapshot?.value),
    ).toEqual(['asked', { matching: 'searching' }, 'routing', 'escalated']);
    expect(problems).toEqual([]);
  });

  it('refuses whoever has no token, a wrong one, or comes from another site or by another name', async () => {
    const { address, tcp } = await started();
    const origin = `http://127.0.0.1:${tcp.port}`;
    expect({
      none: await statusFor(address),
      wrong: await statusFor(`${address}?token=wrong`),
      wrongHeader: await statusFor(`${address}?token=${TOKEN}`, {
        headers: { authorization: 'Bearer wrong' },
      }),
      otherSite: await statusFor(`${address}?token=${TOKEN}`, { origin: 'https://stately.ai' }),
      otherPort: await statusFor(`${address}?token=${TOKEN}`, { origin: 'http://127.0.0.1:1' }),
      otherName: await statusFor(`${address}?token=${TOKEN}`, { headers: { host: 'evil.example' } }),
      ours: await statusFor(`${address}?token=${TOKEN}`, { origin }),
      bearer: await statusFor(address, { headers: bearer }),
    }).toEqual({
      none: 401,
      wrong: 401,
      wrongHeader: 401,
      otherSite: 403,
      otherPort: 403,
      otherName: 403,
      ours: 101,
      bearer: 101,
    });
  });

  it('takes the token of a query on this path for a WebSocket only', async () => {
    const { tcp } = await started();
    const plain = await send({ ...tcp, path: `${INSPECTOR_PATH}?token=${TOKEN}` });
    const withHeader = await send({ ...tcp, path: INSPECTOR_PATH, headers: bearer });
    expect([plain.status, withHeader.status]).toEqual([401, 426]);
    expect(await statusFor(`ws://127.0.0.1:${tcp.port}/api/events?token=${TOKEN}`)).toBe(400);
  });

  it('is not there unless it is asked for', async () => {
    const { tcp } = await startListening();
    expect(await statusFor(`ws://127.0.0.1:${tcp.port}${INSPECTOR_PATH}`, { headers: bearer })).toBe(404);
  });

  it('leaves its clients when the server closes', async () => {
    const { address, listening } = await started();
    const socket = new WebSocket(address, { headers: bearer });
    socket.on('error', () => {});
    await once(socket, 'open');
    await Promise.all([once(socket, 'close'), listening.close()]);
    expect(socket.readyState).toBe(WebSocket.CLOSED);
  });
});
