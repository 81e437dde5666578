import type { AgentSetting } from './settings.ts';

/** The configuration that a process runs with: flags, environment, file and defaults in one; every path absolute. */
export interface Config {
  /** the `openspec/` folder, links resolved */
  root: string;
  /** its `changes/` folder, which need not be there yet */
  changesDir: string;
  stateDir: string;
  socketPath: string;
  http: { host: string; port: number };
  lmStudio: {
    /** without a slash or `/v1` at its end */
    baseUrl: string;
    model?: string;
    embeddingModel?: string;
    requestsPerMinute?: number;
    maxConcurrent: number;
    timeoutMs: number;
    start: boolean;
    apiToken?: string;
  };
  mcpSocket: string;
  questionRouting: { cacheTimeoutS: number; maxConcurrentQuestions: number; maxOpenForPeople: number };
  documentUpdates: {
    autoCommit: boolean;
    /**
     * the old bytes also as a plain file, `<state>/backups/<update>/<path>`, for a person to copy back; the versions that
     * undo rests on are kept in either case
     */
    backupBeforeUpdate: boolean;
    mode: 'approve' | 'auto';
    /** `current`, or the branch that must be checked out for an update to be written and committed: else it waits */
    branch: string;
  };
  feedbackLoop: {
    analysisIntervalS: number;
    improvementThreshold: number;
    mode: 'off' | 'suggest' | 'auto';
    accept: 'strict' | 'accumulate';
    openspecPath: string;
    /** SPECLOOP_PAUSE_IMPROVING: the kill switch */
    paused: boolean;
  };
  redis: { url?: string };
  review: {
    /** by rule id; a rule that is switched off under `rules` stands here as `off` */
    severities: Record<string, 'error' | 'warning' | 'info' | 'off'>;
    /** globs relative to the root, `!` in front leaves out: findings in other files are not reported; empty is everything */
    paths: string[];
  };
  agents: AgentConfig[];
  logLevel: LogLevel;
  configFile?: string;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** An agent that questions may go to: behind MCP, or a persona answered by LM Studio. */
export type AgentConfig = { id: string; capabilities: string[] } & (
  | { kind: 'command'; command: string; args: string[]; env: Record<string, string> }
  | { kind: 'url'; url: string }
  | { kind: 'socket'; socket: string }
  | { kind: 'persona'; persona: string }
);

/** Gives an agent of the file its kind; `absolute` resolves a path of the file. */
export function toAgentConfig(agent: AgentSetting, absolute: (path: string) => string): AgentConfig {
  const common = { id: agent.id, capabilities: agent.capabilities ?? [] };
  const { command, args = [], env = {}, url, socket } = agent.mcp ?? {};
  if (command !== undefined) return { ...common, kind: 'command', command, args, env };
  if (url !== undefined) return { ...common, kind: 'url', url };
  if (socket !== undefined) return { ...common, kind: 'socket', socket: absolute(socket) };
  return { ...common, kind: 'persona', persona: agent.persona ?? '' };
}
