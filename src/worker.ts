import { randomBytes } from 'node:crypto';
import { access, constants, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Redis } from 'ioredis';
import { ActorRuntime } from './actors/index.ts';
import { type Agent, AgentDirectory, createArchivist, createPersona } from './agents/index.ts';
import { assertRootWritable, type Config } from './config/index.ts';
import { createDashboard } from './dashboard/index.ts';
import { DocumentManager, documentEffects, openDocumentStore, openSink } from './documents/index.ts';
import { toError, UserError } from './errors.ts';
import { bullBoard, createHttpApp, type IdempotencyStore, listen, loopbackHosts } from './http/index.ts';
import { createLmStudio } from './lmstudio/index.ts';
import { changeMachine, documentUpdateMachine, questionMachine } from './machines/index.ts';
import { createMcpFaces } from './mcp/index.ts';
import { QuestionRouter, questionEffects } from './questions/index.ts';
import { queuePolicies } from './queues/index.ts';
import { type FolderLock, lockFolder, openRedis, type RedisHandle } from './redis/index.ts';
import { Reviewer } from './review/index.ts';
import { EventFeed, Metrics } from './telemetry/index.ts';
import { packageVersion } from './version.ts';
import {
  archiveDocuments,
  changeActor,
  changeEffects,
  limitedModel,
  Models,
  ReviewStore,
  SurroundingsCache,
  Watching,
  WorkflowOrchestrator,
} from './workflow/index.ts';

/** The four capabilities on one root, without faces: what a program of one's own would open. */
export interface Workflow {
  orchestrator: WorkflowOrchestrator;
  router: QuestionRouter;
  documents: DocumentManager;
  runtime: ActorRuntime;
  redis: RedisHandle;
  close(): Promise<void>;
}

export interface WorkflowOptions {
  /** another process holds the root: take queue work only, watch and write nothing */
  join?: boolean;
  onLine?(line: string): void;
  onProblem?(error: unknown): void;
  /** what the faces know of themselves, for /readyz */
  faceChecks?(): Record<string, { ok: boolean; found: string }>;
  signal?: AbortSignal;
}

const modelLookMs = 10_000;
const idempotencyDays = 1;

function namespaceOf(stateDir: string): string {
  return `specloop/${basename(stateDir).replaceAll(/[{}:]/g, '-')}`;
}

/** Builds every part in start-up order; `close` ends them in reverse. */
export async function openWorkflow(config: Config, options: WorkflowOptions = {}): Promise<Workflow> {
  const { onLine = () => {}, onProblem = () => {}, faceChecks = () => ({}) } = options;
  const { root, stateDir } = config;
  const stopping = new AbortController();
  const redis = await openRedis({
    stateDir,
    onLine,
    ...(config.redis.url === undefined ? {} : { url: config.redis.url }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  try {
    onLine(redis.origin);
    const ns = namespaceOf(stateDir);
    const commands = redis.connect('commands', 'workflow');
    const lm = limitedModel(createLmStudio({ ...config.lmStudio, log: onLine }), config.lmStudio.maxConcurrent);
    const models = new Models({ lm, redis: commands, ns });
    const surroundings = new SurroundingsCache(root);
    const reviews = new ReviewStore(commands, ns);
    const store = await openDocumentStore(stateDir);

    // The services know the runtime, and the runtime's effects know the services: the parts meet in this object.
    const parts: { runtime?: ActorRuntime; watching?: Watching } = {};
    const runtimeOf = (): ActorRuntime => {
      if (parts.runtime === undefined) throw new Error('the runtime is used before it is built');
      return parts.runtime;
    };
    const actors = {
      start: (...args: Parameters<ActorRuntime['start']>) => runtimeOf().start(...args),
      send: (...args: Parameters<ActorRuntime['send']>) => runtimeOf().send(...args),
      get: (id: string) => runtimeOf().get(id),
      snapshot: ((machine, id) => runtimeOf().snapshot(machine, id)) satisfies ActorRuntime['snapshot'],
      list: (...args: Parameters<ActorRuntime['list']>) => runtimeOf().list(...args),
      waitFor: (...args: Parameters<ActorRuntime['waitFor']>) => runtimeOf().waitFor(...args),
    };

    const agentList: Agent[] = [createArchivist({ documents: () => archiveDocuments(root) })];
    for (const agent of config.agents) {
      if (agent.kind !== 'persona') continue;
      const { id, persona, capabilities } = agent;
      agentList.push(
        createPersona({
          id,
          persona,
          capabilities,
          complete: (request) => lm.complete(request),
          available: () => models.last.usable,
        }),
      );
    }
    const agents = new AgentDirectory({ agents: agentList, redis: commands, ns });
    const router = new QuestionRouter({
      actors,
      redis: commands,
      ns,
      cacheTimeoutMs: config.questionRouting.cacheTimeoutS * 1000,
      maxOpenForPeople: config.questionRouting.maxOpenForPeople,
      changeIsActive: async (change) => {
        const view = await actors.get(changeActor(change));
        return view !== undefined && !['absent', 'archived'].includes(view.state);
      },
      canAnswer: (agentId, question) => agents.canAnswer(agentId, { question: question.id, text: question.text }),
    });
    const sink = await openSink({
      root,
      stateDir,
      resolveBlob: (hash) => store.blob(hash),
      fenceLive: (effectId) => runtimeOf().fenceLive(effectId),
    });
    const documents = new DocumentManager({ root, store, actors, mode: config.documentUpdates.mode });
    const metrics = new Metrics({
      counters: () => runtimeOf().store.counters(),
      queueCounts: async () => {
        const counts = runtimeOf().queues.queues.map(async (queue) => [queue.name, await queue.getJobCounts()] as const);
        return Object.fromEntries(await Promise.all(counts));
      },
    });
    const reviewer = new Reviewer({ root, lm, severities: config.review.severities });

    const questionWork = questionEffects({
      book: router.book,
      actors,
      agents,
      cacheTimeoutMs: config.questionRouting.cacheTimeoutS * 1000,
      documentText: (file) => readFile(join(root, file), 'utf8').catch(() => undefined),
    });
    const updateWork = documentEffects({
      root,
      stateDir,
      store,
      sink,
      actors,
      autoCommit: config.documentUpdates.autoCommit,
      quiet: (change) => parts.watching?.quiet(change) ?? true,
    });
    const changeWork = changeEffects({ root, reviewer, router, documents, reviews, surroundings, models, metrics });

    const policies = queuePolicies({
      lmStudioConcurrency: config.lmStudio.maxConcurrent,
      lmStudioRequestsPerMinute: config.lmStudio.requestsPerMinute,
      questionsAtOnce: config.questionRouting.maxConcurrentQuestions,
    });
    const names = policies.map(({ name }) => name);
    const runtime = new ActorRuntime({
      connect: (kind, name) => redis.connect(kind, name),
      namespace: ns,
      queues: policies,
      machines: [
        { machine: changeMachine, effects: { ...changeWork } },
        { machine: questionMachine, effects: { ...questionWork } },
        { machine: documentUpdateMachine, effects: { ...updateWork } },
      ],
      // The document role belongs to the process that holds the root.
      roles: options.join ? names.filter((name) => name !== 'documents') : names,
      onProblem,
    });
    parts.runtime = runtime;
    const feed = new EventFeed({ redis: commands, ns, connect: () => redis.connect('blocking', 'feed') });
    runtime.onCommitted(({ actor, machine, atMs, event, from, to }) => {
      metrics.transition(machine, to);
      const at = new Date(atMs).toISOString();
      feed.append({ at, type: event, actor, machine, from, to }).catch(onProblem);
    });

    const orchestrator = new WorkflowOrchestrator({
      root,
      version: packageVersion(),
      runtime,
      router,
      documents,
      agents,
      reviews,
      models,
      feed,
      metrics,
      redis: {
        origin: redis.origin,
        notes: async () => (await redis.checks()).filter(({ ok }) => !ok).map(({ found, remedy }) => `${found}: ${remedy ?? ''}`),
      },
      checks: async () => ({
        redis: await check(async () => `${redis.version}, answers ${await commands.ping()}`),
        root: await check(async () => {
          await access(root, constants.R_OK);
          return root;
        }),
        ...faceChecks(),
      }),
    });
    await runtime.open();
    if (!options.join) {
      const { signal } = stopping;
      const watching = new Watching({
        root,
        runtime,
        surroundings,
        signal,
        onProblem,
        onLine,
        isOwnWrite: (path, hash) => hash !== undefined && sink.isOwnWrite(path, hash),
      });
      parts.watching = watching;
      await watching.start();
    }
    models.watch({
      everyMs: modelLookMs,
      signal: stopping.signal,
      onUp: (model) => {
        onLine(`model ${model} answers at ${config.lmStudio.baseUrl}`);
        orchestrator.modelIsUp().catch(onProblem);
      },
    });
    return {
      orchestrator,
      router,
      documents,
      runtime,
      redis,
      async close() {
        stopping.abort();
        await parts.watching?.stop();
        await runtime.close();
        await sink.close();
        await agents.close();
        await lm.close();
        await redis.close();
      },
    };
  } catch (error) {
    stopping.abort();
    await redis.close();
    throw error;
  }
}

async function check(look: () => Promise<string>): Promise<{ ok: boolean; found: string }> {
  try {
    return { ok: true, found: await look() };
  } catch (error) {
    return { ok: false, found: toError(error).message };
  }
}

/** A worker process: the workflow and its faces on one root. */
export interface Worker {
  url: string;
  socketPath: string;
  /** resolves when it has stopped */
  stopped: Promise<void>;
  stop(): Promise<void>;
}

export interface StartOptions {
  join: boolean;
  onLine(line: string): void;
  onProblem?(error: unknown): void;
  signal: AbortSignal;
}

/** Holds the root, opens the workflow, serves its faces. Throws a UserError that says what is missing or who holds the root. */
export async function startWorker(config: Config, options: StartOptions): Promise<Worker> {
  await assertRootWritable(config.root);
  const lock = options.join ? undefined : await holdRoot(config);
  try {
    return await serve(config, options, lock);
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

async function holdRoot(config: Config): Promise<FolderLock> {
  const since = new Date().toISOString();
  const holder = { pid: String(process.pid), since, root: config.root };
  const lock = await lockFolder(join(config.stateDir, 'worker'), holder);
  if (!('heldBy' in lock)) return lock;
  const { pid = 'unknown', url = 'starting', root = config.root, since: from = '' } = lock.heldBy;
  throw new UserError('another specloop holds this folder', {
    which: root,
    why: `process ${pid} has held it since ${from}, its dashboard is ${url}`,
    next: `stop that one (kill ${pid}), or start beside it with --join`,
    exitCode: 3,
    code: 'root-held',
  });
}

async function serve(config: Config, options: StartOptions, lock: FolderLock | undefined): Promise<Worker> {
  const { onLine, onProblem = () => {} } = options;
  const standing = { socket: false, tcp: false };
  const workflow = await openWorkflow(config, {
    join: options.join,
    onLine,
    onProblem,
    signal: options.signal,
    faceChecks: () => ({
      socket: { ok: standing.socket, found: config.socketPath },
      tcp: { ok: standing.tcp, found: `${config.http.host}:${config.http.port}` },
    }),
  });
  const { orchestrator, runtime, redis } = workflow;
  if (options.join) {
    onLine(`joined ${config.root}: takes queue work beside the process that holds it`);
    return lifetime({ url: '', socketPath: '', close: () => workflow.close() });
  }
  try {
    const mcp = createMcpFaces({ workflow: orchestrator, version: packageVersion(), onProblem });
    const token = await tokenOf(config.stateDir);
    const app = createHttpApp({
      workflow: orchestrator,
      gate: { token, allowedHosts: [...loopbackHosts, config.http.host] },
      mcp: (request) => mcp.handleHttp(request),
      board: bullBoard({ queues: runtime.queues.queues }),
      dashboard: createDashboard({ workflow: orchestrator }),
      idempotencyStore: redisIdempotency(redis.connect('commands', 'idempotency'), config.stateDir),
      version: packageVersion(),
      onUnforeseen: ({ id, method, path, error }) => onProblem(new Error(`${id} ${method} ${path}`, { cause: error })),
    });
    const streams = new AbortController();
    const listening = await listen({
      app,
      tcp: config.http,
      socketPath: config.socketPath,
      onMcpStream: (stream: Duplex) => {
        mcp.serveStream(stream, stream, { signal: streams.signal }).catch(onProblem);
      },
    });
    standing.socket = true;
    standing.tcp = true;
    lock?.update({ pid: String(process.pid), since: new Date().toISOString(), root: config.root, url: listening.url });
    if (listening.portTaken !== undefined) onLine(`port ${listening.portTaken} is taken, using ${listening.port}`);
    onLine(`dashboard, queues and inspector on ${listening.url} (specloop open signs a browser in)`);
    return lifetime({
      url: listening.url,
      socketPath: listening.socketPath,
      async close() {
        streams.abort();
        await mcp.close();
        await listening.close();
        await workflow.close();
        await lock?.release();
      },
    });
  } catch (error) {
    await workflow.close();
    throw error;
  }
}

function lifetime(o: { url: string; socketPath: string; close(): Promise<void> }): Worker {
  let stopping: Promise<void> | undefined;
  let done = () => {};
  const stopped = new Promise<void>((resolve) => {
    done = resolve;
  });
  return {
    url: o.url,
    socketPath: o.socketPath,
    stopped,
    stop() {
      stopping ??= o.close().finally(done);
      return stopping;
    },
  };
}

/** The bearer token of the TCP side, made once. */
async function tokenOf(stateDir: string): Promise<string> {
  const file = join(stateDir, 'token');
  const found = await readFile(file, 'utf8').catch(() => '');
  if (found.trim() !== '') return found.trim();
  const token = randomBytes(32).toString('base64url');
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  return token;
}

/** First responses by key, shared by the processes on one Redis and kept over restarts. */
function redisIdempotency(redis: Redis, stateDir: string): IdempotencyStore {
  const keyOf = (key: string) => `${namespaceOf(stateDir)}:idempotency:${key}`;
  return {
    async get(key) {
      const stored = await redis.get(keyOf(key));
      return stored === null ? undefined : JSON.parse(stored);
    },
    async put(key, response) {
      await redis.set(keyOf(key), JSON.stringify(response), 'EX', idempotencyDays * 24 * 3600);
    },
  };
}
