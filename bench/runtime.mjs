// One life of a question through Redis, against one BullMQ job a question on the same Redis.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, QueueEvents, Worker } from 'bullmq';
import { ActorRuntime } from '../dist/actors/index.js';
import { AgentDirectory } from '../dist/agents/index.js';
import { questionMachine } from '../dist/machines/index.js';
import { QuestionRouter, questionEffects } from '../dist/questions/index.js';
import { queuePolicies } from '../dist/queues/index.js';
import { openRedis } from '../dist/redis/index.js';
import { flags } from './support/flags.mjs';
import { median, percentile, printFigures, printTable } from './support/report.mjs';

const { short } = flags();
const lives = 200;
const inFlight = 20;
const rounds = short ? 3 : 5;

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'specloop-bench-')));
const redis = await openRedis({ stateDir: join(folder, 'state'), onLine: (line) => console.error(line) });
const settings = redis.connect('commands', 'settings');
const results = [];
try {
  for (const appendfsync of ['always', 'everysec']) {
    await settings.config('SET', 'appendfsync', appendfsync);
    const ours = await openOurs(`bench-${appendfsync}`);
    const raw = await openRaw(`raw-${appendfsync}`);
    const measured = { ours: [], raw: [] };
    await inTurns(ours, 50);
    await inTurns(raw, 50);
    for (let round = 1; round <= rounds; round += 1) {
      measured.raw.push(await inTurns(raw, lives));
      measured.ours.push(await inTurns(ours, lives));
    }
    const alone = await inTurns(ours, 50, 1);
    await ours.close();
    await raw.close();
    results.push({ appendfsync, ours: summary(measured.ours), raw: summary(measured.raw), alone });
  }
} finally {
  await redis.close();
  rmSync(folder, { recursive: true, force: true });
}

const [always] = results;
printTable(
  `${lives} questions, ${inFlight} in flight, medians of ${rounds} rounds; ${redis.version}`,
  results.flatMap(({ appendfsync, ours, raw, alone }) => [
    {
      appendfsync,
      what: 'question actor: five commits, four jobs',
      ...ours,
      'alone p50 ms': percentile(alone.lifeMs, 50),
    },
    { appendfsync, what: 'raw BullMQ: one job, four HSET', ...raw, 'alone p50 ms': '' },
  ]),
);
printFigures('runtime', {
  lifecycles_per_second: always.ours['per second'],
  lifecycle_p50_ms: always.ours['p50 ms'],
  lifecycle_alone_p50_ms: percentile(always.alone.lifeMs, 50),
  raw_bullmq_per_second: always.raw['per second'],
  lifecycles_vs_raw_bullmq: Math.min(
    ...results.map(({ ours, raw }) => ours['per second'] / raw['per second']),
  ),
});

/** Lives `count` questions, some at a time; what each took, and how long all of them. */
async function inTurns({ live }, count, atOnce = inFlight) {
  const lifeMs = [];
  let next = 0;
  const startedAt = performance.now();
  const lane = async () => {
    while (next < count) {
      next += 1;
      const bornAt = performance.now();
      await live();
      lifeMs.push(performance.now() - bornAt);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return { perSecond: (count * 1000) / (performance.now() - startedAt), lifeMs };
}

function summary(rounds) {
  const lifeMs = rounds.flatMap((round) => round.lifeMs);
  return {
    'per second': median(rounds.map(({ perSecond }) => perSecond)),
    'p50 ms': percentile(lifeMs, 50),
    'p99 ms': percentile(lifeMs, 99),
  };
}

/** The road of the product: recorded, matched, routed, asked, answered; with an agent that answers at once. */
async function openOurs(ns) {
  const commands = redis.connect('commands', ns);
  const parts = {};
  const actors = {};
  for (const name of ['start', 'send', 'get', 'snapshot', 'list', 'waitFor']) {
    actors[name] = (...args) => parts.runtime[name](...args);
  }
  const description = {
    id: 'instant',
    name: 'Instant',
    kind: 'persona',
    description: '',
    capabilities: ['*'],
  };
  const agent = {
    id: 'instant',
    describe: () => ({ ...description, available: true }),
    ask: async ({ text }) => ({
      kind: 'answered',
      answer: { text: `about ${text}`, by: 'instant', kind: 'persona' },
    }),
  };
  const agents = new AgentDirectory({ agents: [agent], redis: commands, ns });
  const cacheTimeoutMs = 3_600_000;
  const router = new QuestionRouter({
    actors,
    redis: commands,
    ns,
    cacheTimeoutMs,
    maxOpenForPeople: 5,
    changeIsActive: () => true,
  });
  const work = { book: router.book, actors, agents, cacheTimeoutMs, documentText: async () => undefined };
  parts.runtime = new ActorRuntime({
    connect: (kind, name) => redis.connect(kind, name),
    namespace: ns,
    queues: queuePolicies({ lmStudioConcurrency: 1, questionsAtOnce: inFlight }),
    machines: [{ machine: questionMachine, effects: { ...questionEffects(work) } }],
    onProblem: (error) => console.error(error),
  });
  await parts.runtime.open();
  let asked = 0;
  return {
    async live() {
      asked += 1;
      const question = {
        question: `Which word is number ${asked} of the list ${ns}?`,
        askedBy: 'bench',
        agentId: 'instant',
      };
      const { id } = await router.ask(question);
      const { state } = await router.wait(id, { waitMs: 60_000 });
      if (state !== 'answered') throw new Error(`question ${id} is ${state}`);
    },
    close: () => parts.runtime.close(),
  };
}

/** The least that a program of BullMQ alone would do: one job, the same four states written, nothing promised. */
async function openRaw(name) {
  const state = redis.connect('commands', name);
  const { connection } = redis;
  const queue = new Queue(name, { connection });
  const events = new QueueEvents(name, { connection });
  const worker = new Worker(
    name,
    async ({ data: { id, text } }) => {
      const key = `${name}:question:${id}`;
      await state.hset(key, { state: 'asked', text });
      await state.hset(key, { state: 'routing' });
      await state.hset(key, { state: 'asking', agent: 'instant' });
      await state.hset(key, { state: 'answered', answer: `about ${text}` });
    },
    { connection, concurrency: inFlight },
  );
  const ends = new Map();
  events.on('completed', ({ jobId }) => {
    ends.get(jobId)?.();
    ends.delete(jobId);
  });
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady(), worker.waitUntilReady()]);
  let asked = 0;
  return {
    async live() {
      asked += 1;
      const id = `question-${asked}`;
      const ended = new Promise((resolve) => ends.set(id, resolve));
      const data = { id, text: `Which word is number ${asked}?` };
      await queue.add('question', data, { jobId: id, attempts: 3, removeOnComplete: 5000 });
      await ended;
    },
    async close() {
      await worker.close();
      await events.close();
      await queue.close();
    },
  };
}
