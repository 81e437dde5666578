export type { AgentConfig, Config, LogLevel } from './config.ts';
export { type LoadConfigOptions, loadConfig } from './load.ts';
export type { ConfigFlags } from './locate.ts';
export { assertRootWritable, findRoot, resolveRoot } from './root.ts';
export { resolveStateDir, stateDirOf } from './state-dir.ts';
