import { join } from 'node:path';
import type { ActorRuntime } from '../actors/index.ts';
import type { Config } from '../config/index.ts';
import type { DocumentManager } from '../documents/index.ts';
import { openRepository, settleJournal } from '../git/index.ts';
import type { FeedbackLoop } from '../improvement/index.ts';
import type { QuestionRouter } from '../questions/index.ts';
import { openRedis, type RedisHandle } from '../redis/index.ts';
import { assemble } from './assemble.ts';
import { keepImproving } from './improving.ts';
import type { WorkflowOrchestrator } from './orchestrator.ts';
import { keepPruned } from './pruning.ts';
import { Watching } from './watching.ts';

/** The four capabilities on one root, without faces: what a program of one's own would open. */
export interface Workflow {
  orchestrator: WorkflowOrchestrator;
  router: QuestionRouter;
  documents: DocumentManager;
  feedback: FeedbackLoop;
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
const tunablesLookMs = 10_000;
/** Longer than the runtime waits for what is under way. */
const closePatienceMs = 8_000;
// What is left then hangs on a connection that is closed: it fails at once, or never.
const lastPatienceMs = 1_000;

/** Opens every part in start-up order; `close` ends them in reverse. */
export async function openWorkflow(config: Config, options: WorkflowOptions): Promise<Workflow> {
  const { version, onLine = () => {}, onProblem = () => {}, faceChecks = () => ({}) } = options;
  const { root, stateDir } = config;
  const holdsRoot = options.join !== true;
  const redis = await openRedis({
    stateDir,
    onLine,
    ...(config.redis.url === undefined ? {} : { url: config.redis.url }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  onLine(redis.origin);

  const stopping = new AbortController();
  const { signal } = stopping;
  let watching: Watching | undefined;
  const endings: (() => Promise<unknown> | undefined)[] = [];
  async function endInReverse(): Promise<void> {
    for (const end of endings.toReversed()) await end();
  }
  async function close(): Promise<void> {
    stopping.abort();
    const ended = endInReverse().catch(onProblem);
    await atMost(closePatienceMs, ended);
    // What still waits for a Redis that is gone fails with its connection: the next start goes on with it.
    await redis.close();
    await atMost(lastPatienceMs, ended);
  }
  try {
    const parts = await assemble(config, {
      version,
      redis,
      holdsRoot,
      onLine,
      onProblem,
      faceChecks,
      quiet: (change) => watching?.quiet(change) ?? true,
    });
    const {
      orchestrator,
      router,
      documents,
      feedback,
      runtime,
      models,
      agents,
      sink,
      surroundings,
      tunables,
    } = parts;
    endings.push(
      () => models.lm.close(),
      () => agents.close(),
      () => sink.close(),
      () => runtime.close(),
    );
    if (holdsRoot) {
      await settleCommits(root, stateDir);
      await feedback.recover();
    }
    await runtime.open();
    if (holdsRoot) {
      watching = new Watching({
        root,
        runtime,
        surroundings,
        signal,
        onProblem,
        onLine,
        isOwnWrite: (path, hash) => hash !== undefined && sink.isOwnWrite(path, hash),
      });
      endings.push(() => watching?.stop());
      await watching.start();
      const { mode, paused, analysisIntervalS } = config.feedbackLoop;
      const improving = keepImproving({
        feedback,
        everyMs: analysisIntervalS * 1000,
        analyses: mode !== 'off' && !paused,
        signal,
        onProblem,
      });
      endings.push(() => improving);
      const pruning = keepPruned({ sink, signal, onProblem });
      endings.push(() => pruning);
    }
    tunables.watch({ everyMs: tunablesLookMs, signal, onProblem });
    models.watch({
      everyMs: modelLookMs,
      signal,
      onProblem,
      onUp: (model) => {
        onLine(`model ${model} answers at ${config.lmStudio.baseUrl}`);
        orchestrator.modelIsUp().catch(onProblem);
      },
    });
    return { orchestrator, router, documents, feedback, runtime, redis, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Waits for a promise, but not longer than this. */
async function atMost(patienceMs: number, awaited: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([awaited, late]);
  clearTimeout(timer);
}

/** Ends what a commit that was killed left behind, before anything else is written. */
async function settleCommits(root: string, stateDir: string): Promise<void> {
  const repository = await openRepository(root);
  if (repository.kind === 'repository') await settleJournal(repository, join(stateDir, 'git'));
}
