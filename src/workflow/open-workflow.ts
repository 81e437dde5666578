import { access, constants, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ActorRuntime } from '../actors/index.ts';
import {
  type Agent,
  AgentDirectory,
  createArchivist,
  createMcpAgent,
  createPersona,
} from '../agents/index.ts';
import type { Config } from '../config/index.ts';
import { DocumentManager, documentEffects, openDocumentStore, openSink } from '../documents/index.ts';
import { toError } from '../errors.ts';
import { openRepository, settleJournal } from '../git/index.ts';
import { createLmStudio } from '../lmstudio/index.ts';
import { changeMachine, documentUpdateMachine, questionMachine } from '../machines/index.ts';
import { QuestionRouter, questionEffects } from '../questions/index.ts';
import { queuePolicies } from '../queues/index.ts';
import { openRedis, type RedisHandle } from '../redis/index.ts';
import { Reviewer } from '../review/index.ts';
import { EventFeed, Metrics } from '../telemetry/index.ts';
import { analysisBacklog } from './analysis-backlog.ts';
import { archiveDocuments } from './archive-documents.ts';
import { changeEffects } from './change-effects.ts';
import { changeActor } from './identity.ts';
import { limitedModel } from './limited-model.ts';
import { Models } from './models.ts';
import { WorkflowOrchestrator } from './orchestrator.ts';
import { ReviewStore } from './review-store.ts';
import { SurroundingsCache } from './surroundings.ts';
import { Watching } from './watching.ts';

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
  /** of specloop, as it says of itself */
  version: string;
  /** another process holds the root: take queue work only, watch and write nothing */
  join?: boolean;
  onLine?(line: string): void;
  onProblem?(error: unknown): void;
  /** what the faces know of themselves, for /readyz */
  faceChecks?(): Record<string, { ok: boolean; found: string }>;
  signal?: AbortSignal;
}

/** Somebody who loads a model wants to see that it is seen; a look costs one request on this machine. */
const modelLookMs = 5_000;

/** What every key in Redis begins with: one state folder, one namespace. */
export function namespaceOf(stateDir: string): string {
  return `specloop/${basename(stateDir).replaceAll(/[{}:]/g, '-')}`;
}

/** Builds every part in start-up order; `close` ends them in reverse. */
export async function openWorkflow(config: Config, options: WorkflowOptions): Promise<Workflow> {
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
    const lm = limitedModel(
      createLmStudio({ ...config.lmStudio, log: onLine }),
      config.lmStudio.maxConcurrent,
    );
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
      const { id, capabilities } = agent;
      if (agent.kind !== 'persona') agentList.push(createMcpAgent({ id, mcp: agent, capabilities }));
      else {
        agentList.push(
          createPersona({
            id,
            persona: agent.persona,
            capabilities,
            complete: (request) => lm.complete(request),
            available: () => models.last.usable,
          }),
        );
      }
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
      canAnswer: (agentId, question) =>
        agents.canAnswer(agentId, { question: question.id, text: question.text }),
    });
    const sink = await openSink({
      root,
      stateDir,
      resolveBlob: (hash) => store.getBlob(hash),
      fenceLive: (effectId) => runtimeOf().fenceLive(effectId),
    });
    const documents = new DocumentManager({ root, store, actors, mode: config.documentUpdates.mode });
    const metrics = new Metrics({
      counters: () => runtimeOf().store.counters(),
      queueCounts: async () => {
        const counts = runtimeOf().queues.queues.map(
          async (queue) => [queue.name, await queue.getJobCounts()] as const,
        );
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
    const changeWork = changeEffects({
      root,
      reviewer,
      router,
      documents,
      reviews,
      surroundings,
      models,
      metrics,
      countRefused: () => runtimeOf().store.count('drafts:refused'),
    });

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
      version: options.version,
      runtime,
      router,
      documents,
      agents,
      reviews,
      models,
      backlog: (changes) => analysisBacklog(changes, { root, reviewer, reviews, surroundings }),
      feed,
      metrics,
      redis: {
        origin: redis.origin,
        notes: async () =>
          (await redis.checks())
            .filter(({ ok }) => !ok)
            .map(({ found, remedy }) => `${found}: ${remedy ?? ''}`),
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
    if (!options.join) await settleCommits(root, stateDir);
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
      onProblem,
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

/** Ends what a commit that was killed left behind, before anything else is written. */
async function settleCommits(root: string, stateDir: string): Promise<void> {
  const repository = await openRepository(root);
  if (repository.kind === 'repository') await settleJournal(repository, join(stateDir, 'git'));
}

async function check(look: () => Promise<string>): Promise<{ ok: boolean; found: string }> {
  try {
    return { ok: true, found: await look() };
  } catch (error) {
    return { ok: false, found: toError(error).message };
  }
}
