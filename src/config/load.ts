import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { type Config, toAgentConfig } from './config.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { type ConfigFlags, locate, type Source } from './locate.ts';
import { absolute, asSocket } from './paths.ts';
import { httpUrl } from './settings.ts';
import { resolveStateDir, stateDirOf } from './state-dir.ts';

export interface LoadConfigOptions {
  argv?: ConfigFlags;
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** false for commands that only read: the state folder is named, not made */
  makeStateDir?: boolean;
}

/**
 * Loads the configuration: flags, then environment, then `specloop.yaml` (beside the root, or named), then defaults.
 *
 * @throws UserError: exit 2 for a mistake in it or no root, exit 3 for what cannot be read or written
 * @example
 * const config = await loadConfig({ argv: { root: 'openspec' }, env: process.env, cwd: process.cwd() });
 */
export async function loadConfig(options: LoadConfigOptions): Promise<Config> {
  const env = readEnvironment(options.env);
  const flags = options.argv ?? {};
  assertAddress(flags.lmStudioUrl);
  const { root, source } = await locate({ flags, env, cwd: options.cwd });
  const stateOptions = { env: { ...options.env, ...absoluteStateDir(env, options.cwd) }, root };
  const stateDir = await (options.makeStateDir === false
    ? stateDirOf(stateOptions)
    : resolveStateDir(stateOptions));
  return build({ flags, env, root, source, stateDir, cwd: options.cwd });
}

function build(parts: {
  flags: ConfigFlags;
  env: Environment;
  root: string;
  source: Source;
  stateDir: string;
  cwd: string;
}): Config {
  const { flags, env, root, source, stateDir, cwd } = parts;
  const {
    workflow_orchestrator: main = {},
    question_routing: questions = {},
    document_updates: documents = {},
  } = source.settings;
  const {
    feedback_loop: feedback = {},
    lm_studio: lm = {},
    http = {},
    review = {},
    redis = {},
  } = source.settings;
  const inFile = (path: string) => absolute(source.folder, path);
  const path = (fromEnv: string | undefined, fromFile: string | undefined, otherwise: string) =>
    fromEnv !== undefined ? absolute(cwd, fromEnv) : inFile(fromFile ?? otherwise);
  const redisUrl = env.REDIS_URL ?? redis.url;

  return {
    root,
    changesDir: join(root, 'changes'),
    stateDir,
    socketPath: asSocket(
      path(env.WORKFLOW_ORCHESTRATOR_SOCKET, main.socket_path, '/tmp/workflow_orchestrator.sock'),
    ),
    http: {
      host: env.SPECLOOP_HTTP_HOST ?? http.host ?? '127.0.0.1',
      port: env.SPECLOOP_HTTP_PORT ?? http.port ?? 4100,
    },
    lmStudio: {
      baseUrl: withoutV1(
        flags.lmStudioUrl ?? env.LM_STUDIO_BASE_URL ?? main.lm_studio_url ?? 'http://localhost:1234',
      ),
      ...(lm.model === undefined ? {} : { model: lm.model }),
      ...(lm.embedding_model === undefined ? {} : { embeddingModel: lm.embedding_model }),
      ...(lm.requests_per_minute === undefined ? {} : { requestsPerMinute: lm.requests_per_minute }),
      maxConcurrent: lm.max_concurrent ?? 1,
      timeoutMs: (lm.timeout ?? 600) * 1000,
      start: lm.start ?? false,
      ...(env.LM_API_TOKEN === undefined ? {} : { apiToken: env.LM_API_TOKEN }),
    },
    mcpSocket: asSocket(path(env.MCP_ORCHESTRATOR_SOCKET, main.mcp_socket, '/tmp/mcp_orchestrator.sock')),
    questionRouting: {
      cacheTimeoutS: questions.cache_timeout ?? 3600,
      maxConcurrentQuestions: questions.max_concurrent_questions ?? 10,
      maxOpenForPeople: questions.max_open_for_people ?? 5,
    },
    documentUpdates: {
      autoCommit: documents.auto_commit ?? true,
      backupBeforeUpdate: documents.backup_before_update ?? true,
      mode: documents.mode ?? 'approve',
      branch: documents.branch ?? 'current',
    },
    feedbackLoop: {
      analysisIntervalS: feedback.analysis_interval ?? 3600,
      improvementThreshold: feedback.improvement_threshold ?? 0.1,
      mode: feedback.mode ?? 'auto',
      accept: feedback.accept ?? 'strict',
      openspecPath:
        feedback.openspec_path === undefined
          ? join(stateDir, 'improvement', 'openspec')
          : inFile(feedback.openspec_path),
      paused: env.SPECLOOP_PAUSE_IMPROVING ?? false,
    },
    redis: redisUrl === undefined ? {} : { url: redisUrl },
    review: { severities: { ...review.severities, ...switchedOff(review.rules) }, paths: review.paths ?? [] },
    agents: (source.settings.agents ?? []).map((agent) => toAgentConfig(agent, inFile)),
    logLevel: env.LOG_LEVEL ?? source.settings.log_level ?? 'info',
    ...(source.file === undefined ? {} : { configFile: source.file }),
  };
}

function switchedOff(rules: Record<string, boolean> | undefined): Record<string, 'off'> {
  const off = Object.entries(rules ?? {}).filter(([, on]) => !on);
  return Object.fromEntries(off.map(([rule]) => [rule, 'off'] as const));
}

/** LM Studio's address as people write it, with or without `/v1`. */
function withoutV1(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  const trimmed = url.slice(0, end);
  return trimmed.endsWith('/v1') ? withoutV1(trimmed.slice(0, -3)) : trimmed;
}

function absoluteStateDir(env: Environment, cwd: string): NodeJS.ProcessEnv {
  return env.SPECLOOP_STATE_DIR === undefined
    ? {}
    : { SPECLOOP_STATE_DIR: absolute(cwd, env.SPECLOOP_STATE_DIR) };
}

function assertAddress(url: string | undefined): void {
  if (url === undefined || httpUrl.safeParse(url).success) return;
  throw new UserError('the address of LM Studio cannot be used', {
    which: `--lm ${url}`,
    why: 'expected an http:// or https:// address',
    next: 'write it as http://127.0.0.1:1234',
    exitCode: 2,
    code: 'flag-invalid',
  });
}
