export type {
  ActorClient,
  ActorView,
  EffectContext,
  EffectDefinition,
  SendResult,
  SendVerdict,
} from './api.ts';
export type { Committed } from './commit-request.ts';
export { valueText } from './interpret.ts';
export type { HistoryEntry } from './reader.ts';
export type { Registration } from './registry.ts';
export { ActorRuntime, clientKeyHorizonMs, type RuntimeOptions } from './runtime.ts';
