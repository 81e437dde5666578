export { applyHunks, hunksBetween, inverseOf } from './diff/hunks.ts';
export { type DocumentEffects, type DocumentEffectsDeps, documentEffects } from './document-effects.ts';
export { DocumentManager, type DocumentManagerOptions, type OpenSpecDocument } from './document-manager.ts';
export { type Applied, applyEdits } from './edits/apply-edits.ts';
export type { ProposeRequest } from './propose.ts';
export { openSink, type Sink, type SinkOptions } from './sink/sink.ts';
export { type DocumentStore, openDocumentStore } from './store/document-store.ts';
export type { AuthorKind, UpdateRecord } from './store/update-record.ts';
