import { ActorRuntime } from '../../src/actors/index.ts';
import {
  type Agent,
  AgentDirectory,
  type ArchiveDocument,
  createArchivist,
  createPersona,
} from '../../src/agents/index.ts';
import { questionMachine } from '../../src/machines/index.ts';
import { QuestionBook, QuestionRouter, questionEffects } from '../../src/questions/index.ts';
import type { QueuePolicy } from '../../src/queues/index.ts';
import type { TestRedis } from '../support/redis.ts';

const keep = { keepCompleted: { ageS: 3600, count: 1000 }, keepFailed: { ageS: 3600, count: 1000 } };
const queues: QueuePolicy[] = [
  { name: 'agents', attempts: 2, backoffMs: 10, backoffMaxMs: 20, concurrency: 10, ...keep },
  { name: 'timers', attempts: 1, backoffMs: 10, backoffMaxMs: 10, concurrency: 1, ...keep },
];

/** The whole road of a question on a real Redis, with whatever agents a test gives it. */
export interface Road {
  runtime: ActorRuntime;
  router: QuestionRouter;
  book: QuestionBook;
  directory: AgentDirectory;
  /** the texts that the archivist may quote; a test changes them in place */
  documents: ArchiveDocument[];
  /** changes whose questions take nobody's place */
  inactive: Set<string>;
  clock: { nowMs: number };
  close(): Promise<void>;
}

export async function openRoad(redis: TestRedis, ns: string, agents: Agent[] = []): Promise<Road> {
  const documents: ArchiveDocument[] = [];
  const inactive = new Set<string>();
  const clock = { nowMs: Date.now() };
  const commands = redis.connect();
  const archivist = createArchivist({
    documents: () => Promise.resolve(documents.map((one) => ({ ...one }))),
  });
  const directory = new AgentDirectory({ agents: [archivist, ...agents], redis: commands, ns });
  const book = new QuestionBook(commands, ns);
  const cacheTimeoutMs = 3_600_000;
  // The effects need the client of the runtime that they are registered with.
  const opened: { runtime?: ActorRuntime } = {};
  const runtimeNow = () => {
    if (opened.runtime === undefined) throw new Error('the runtime is not open yet');
    return opened.runtime;
  };
  const effects = questionEffects({
    book,
    agents: directory,
    cacheTimeoutMs,
    documentText: (file) => Promise.resolve(documents.find((one) => one.file === file)?.text),
    nowMs: () => clock.nowMs,
    actors: {
      start: (...args) => runtimeNow().start(...args),
      send: (...args) => runtimeNow().send(...args),
      get: (...args) => runtimeNow().get(...args),
      snapshot: (...args) => runtimeNow().snapshot(...args),
      list: (...args) => runtimeNow().list(...args),
      waitFor: (...args) => runtimeNow().waitFor(...args),
    },
  });
  const runtime = new ActorRuntime({
    connect: (kind) => redis.connect({ blocking: kind === 'blocking' }),
    namespace: ns,
    queues,
    machines: [{ machine: questionMachine, effects: { ...effects } }],
    onProblem: (error) => process.stderr.write(`${String(error)}\n`),
  });
  opened.runtime = runtime;
  await runtime.open();
  const router = new QuestionRouter({
    actors: runtime,
    redis: commands,
    ns,
    cacheTimeoutMs,
    maxOpenForPeople: 5,
    changeIsActive: (change) => !inactive.has(change),
    canAnswer: (agent, question) =>
      directory.canAnswer(agent, { question: question.id, text: question.text }),
  });
  return {
    runtime,
    router,
    book,
    directory,
    documents,
    inactive,
    clock,
    async close() {
      await runtime.close();
      await directory.close();
    },
  };
}

/** A persona whose model answers when it is told to; every question it is asked is counted. */
export function heldPersona(id: string): {
  agent: Agent;
  asked: string[];
  /** resolves when the next question reaches the model */
  reached(): Promise<void>;
  answer(text: string | undefined): void;
} {
  const asked: string[] = [];
  let arrive = () => {};
  let give: (text: string | undefined) => void = () => {};
  const agent = createPersona({
    id,
    persona: 'knows everything',
    capabilities: [],
    async complete({ schema, user, signal }) {
      asked.push(user);
      const given = new Promise<string | undefined>((resolve, reject) => {
        give = resolve;
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      arrive();
      const text = await given;
      const value = {
        known: text !== undefined,
        answer: text ?? '',
        confidence: 0.7,
        reason: 'the test says so',
      };
      return { value: schema.parse(value), model: 'scripted' };
    },
  });
  return {
    agent,
    asked,
    reached: () =>
      new Promise((resolve) => {
        if (asked.length > 0) resolve();
        else arrive = resolve;
      }),
    answer: (text) => give(text),
  };
}
