import type { ActorClient, EffectDefinition } from '../actors/api.ts';
import type {
  ApplyResult,
  CommitResult,
  UpdateInput,
  UpdateWork,
  WriteResult,
} from '../machines/document-update.ts';
import type { Sink } from './sink/sink.ts';
import type { DocumentStore } from './store/document-store.ts';

export interface DocumentEffectsDeps {
  root: string;
  stateDir: string;
  store: DocumentStore;
  sink: Sink;
  actors: ActorClient;
  /** document_updates.auto_commit */
  autoCommit: boolean;
  /** false while somebody else's save of the change is younger than a second */
  quiet(change: string): boolean | Promise<boolean>;
}

export interface DocumentEffects {
  admitUpdate: EffectDefinition<UpdateInput, { kind: 'new' } | { kind: 'known'; why: string }>;
  applyToCopy: EffectDefinition<UpdateWork, ApplyResult>;
  validateCopy: EffectDefinition<UpdateWork, { ok: true } | { ok: false; why: string }>;
  prepareWrite: EffectDefinition<UpdateWork, { kind: 'ready' } | { kind: 'waiting'; why: string }>;
  writeFile: EffectDefinition<UpdateWork & { writes: 'after' | 'before' }, WriteResult>;
  commitFile: EffectDefinition<UpdateWork, CommitResult>;
}

export function documentEffects(_deps: DocumentEffectsDeps): DocumentEffects {
  throw new Error('not built yet');
}
