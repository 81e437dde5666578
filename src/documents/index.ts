export { DocumentManager, type DocumentManagerOptions } from './document-manager.ts';
export { type DocumentStore, openDocumentStore } from './document-store.ts';
export { type Applied, applyEdits } from './edits/apply-edits.ts';
export { type DocumentEffects, type DocumentEffectsDeps, documentEffects } from './effects.ts';
export type { AuthorKind, ProposeRequest } from './propose.ts';
export { openSink, type Sink, type SinkOptions } from './sink.ts';
