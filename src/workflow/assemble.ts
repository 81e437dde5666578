import { access, constants } from 'node:fs/promises';
import { basename } from 'node:path';
import { ActorRuntime } from '../actors/index.ts';
import { AgentDirectory } from '../agents/index.ts';
import type { Config } from '../config/index.ts';
import { DocumentManager, documentEffects, openDocumentStore, openSink } from '../documents/index.ts';
import { toError } from '../errors.ts';
import { FeedbackLoop } from '../improvement/index.ts';
import { createLmStudio } from '../lmstudio/index.ts';
import { changeMachine, documentUpdateMachine, questionMachine } from '../machines/index.ts';
import { QuestionRouter, questionEffects } from '../questions/index.ts';
import { queuePolicies } from '../queues/index.ts';
import type { RedisHandle } from '../redis/index.ts';
import { Reviewer } from '../review/index.ts';
import { EventFeed, Metrics } from '../telemetry/index.ts';
import { openTunables } from '../tunables/index.ts';
import { agentsOf } from './agents-of.ts';
import { analysisBacklog } from './analysis-backlog.ts';
import type { Readiness } from './api.ts';
import { ownText } from './archive-documents.ts';
import { changeEffects } from './change-effects.ts';
import { changeActor } from './identity.ts';
import { LateRuntime } from './late-runtime.ts';
import { limitedModel } from './limited-model.ts';
import { Models } from './models.ts';
import { WorkflowOrchestrator } from './orchestrator.ts';
import { RequestAllowance } from './request-allowance.ts';
import { ReviewStore } from './review-store.ts';
import { SurroundingsCache } from './surroundings.ts';
import { within } from './within.ts';

export interface AssembleOptions {
  version: string;
  redis: RedisHandle;
  /** the process that holds the root has the document role; others take the rest */
  holdsRoot: boolean;
  onLine(line: string): void;
  onProblem(error: unknown): void;
  faceChecks(): Readiness['checks'];
  /** false while somebody else's save of the change is young */
  quiet(change: string): boolean;
}

/** What every key in Redis begins with: one state folder, one namespace. */
export function namespaceOf(stateDir: string): string {
  return `specloop/${basename(stateDir).replaceAll(/[{}:]/g, '-')}`;
}

const notActive = ['absent', 'archived'];

/** Puts the parts together; nothing runs yet. The order is that of what they need of each other. */
export async function assemble(config: Config, options: AssembleOptions) {
  const { redis, onLine, onProblem } = options;
  const { root, stateDir } = config;
  const ns = namespaceOf(stateDir);
  const commands = redis.connect('commands', 'workflow');
  const late = new LateRuntime();
  const { actors } = late;

  const tunables = await openTunables({
    redis: commands,
    ns,
    defaults: { 'questions.cache_timeout_s': config.questionRouting.cacheTimeoutS },
  });
  const client = createLmStudio({ ...config.lmStudio, log: onLine });
  const { maxConcurrent, requestsPerMinute } = config.lmStudio;
  const allowance =
    requestsPerMinute && new RequestAllowance({ redis: commands, ns, most: requestsPerMinute });
  const lm = limitedModel(client, { most: maxConcurrent, ...(allowance && { allowance }) });
  const models = new Models({ lm, redis: commands, ns });
  const reviewer = new Reviewer({ root, lm, ...config.review });
  const surroundings = new SurroundingsCache(root);
  const reviews = new ReviewStore(commands, ns);

  const agents = new AgentDirectory({ agents: agentsOf(config, { models, tunables }), redis: commands, ns });
  const cacheTimeoutMs = () => tunables.numberNow('questions.cache_timeout_s') * 1000;
  const router = new QuestionRouter({
    actors,
    redis: commands,
    ns,
    get cacheTimeoutMs() {
      return cacheTimeoutMs();
    },
    maxOpenForPeople: config.questionRouting.maxOpenForPeople,
    changeIsActive: async (change) => {
      const view = await actors.get(changeActor(change));
      return view !== undefined && !notActive.includes(view.state);
    },
    canAnswer: (agentId, question) =>
      agents.canAnswer(agentId, { question: question.id, text: question.text }),
  });

  const store = await openDocumentStore(stateDir);
  const sink = await openSink({
    root,
    stateDir,
    resolveBlob: (hash) => store.getBlob(hash),
    fenceLive: (effectId) => late.get().fenceLive(effectId),
  });
  const documents = new DocumentManager({ root, store, actors, mode: config.documentUpdates.mode });
  const metrics = new Metrics({
    counters: () => late.get().store.counters(),
    queueCounts: () => queueCounts(late.get()),
  });

  const policies = queuePolicies({
    lmStudioConcurrency: maxConcurrent,
    lmStudioRequestsPerMinute: requestsPerMinute,
    questionsAtOnce: config.questionRouting.maxConcurrentQuestions,
  });
  const queues = policies.map(({ name }) => name);
  const runtime = new ActorRuntime({
    connect: (kind, name) => redis.connect(kind, name),
    namespace: ns,
    queues: policies,
    roles: options.holdsRoot ? queues : queues.filter((name) => name !== 'documents'),
    onProblem,
    machines: [
      {
        machine: changeMachine,
        effects: {
          ...changeEffects({
            root,
            reviewer,
            router,
            documents,
            reviews,
            surroundings,
            models,
            metrics,
            countRefused: () => late.get().store.count('drafts:refused'),
          }),
        },
      },
      {
        machine: questionMachine,
        effects: {
          ...questionEffects({
            book: router.book,
            actors,
            agents,
            get cacheTimeoutMs() {
              return cacheTimeoutMs();
            },
            documentText: (file) => ownText(root, file),
          }),
        },
      },
      {
        machine: documentUpdateMachine,
        effects: {
          ...documentEffects({
            root,
            stateDir,
            store,
            sink,
            actors,
            autoCommit: config.documentUpdates.autoCommit,
            plainBackups: config.documentUpdates.backupBeforeUpdate,
            branch: config.documentUpdates.branch,
            quiet: options.quiet,
          }),
        },
      },
    ],
  });
  late.set(runtime);

  const feed = new EventFeed({ redis: commands, ns, connect: () => redis.connect('blocking', 'feed') });
  runtime.onCommitted(({ actor, machine, atMs, event, from, to }) => {
    metrics.transition(machine, to);
    const at = new Date(atMs).toISOString();
    feed.append({ at, type: event, actor, machine, from, to }).catch(onProblem);
  });
  const feedback = new FeedbackLoop({
    actors,
    history: (id) => runtime.history(id),
    counters: () => runtime.store.counters(),
    queueCounts: () => queueCounts(runtime),
    tunables,
    redis: commands,
    ns,
    mode: config.feedbackLoop.paused ? 'off' : config.feedbackLoop.mode,
    threshold: config.feedbackLoop.improvementThreshold,
    accept: config.feedbackLoop.accept,
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
    feedback,
    metrics,
    redis: { origin: redis.origin, notes: () => notesOf(redis) },
    checks: async () => ({
      redis: await check(async () => `${redis.version}, answers ${await commands.ping()}`),
      root: await check(async () => {
        await access(root, constants.R_OK);
        return root;
      }),
      ...options.faceChecks(),
    }),
  });
  return { orchestrator, router, documents, feedback, runtime, models, agents, sink, surroundings, tunables };
}

async function queueCounts(runtime: ActorRuntime): Promise<Record<string, Record<string, number>>> {
  const counts = runtime.queues.queues.map(
    async (queue) => [queue.name, await queue.getJobCounts()] as const,
  );
  return Object.fromEntries(await Promise.all(counts));
}

/** What this Redis cannot promise. */
async function notesOf(redis: RedisHandle): Promise<string[]> {
  const failed = (await redis.checks()).filter(({ ok }) => !ok);
  return failed.map(({ found, remedy }) => (remedy === undefined ? found : `${found}: ${remedy}`));
}

const checkPatienceMs = 1_000;

/** Whoever asks whether it stands wants to know now: what keeps silent does not stand. */
async function check(look: () => Promise<string>): Promise<{ ok: boolean; found: string }> {
  try {
    return { ok: true, found: await within(checkPatienceMs, look()) };
  } catch (error) {
    return { ok: false, found: toError(error).message };
  }
}
