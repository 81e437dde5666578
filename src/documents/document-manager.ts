import type { SnapshotFrom } from 'xstate';
import type { ActorClient } from '../actors/api.ts';
import type { documentUpdateMachine } from '../machines/index.ts';
import type { Edit, HistoryEntry, Update } from '../types/index.ts';
import type { ProposeRequest } from './propose.ts';
import type { DocumentStore } from './store/document-store.ts';

export interface DocumentManagerOptions {
  root: string;
  store: DocumentStore;
  actors: ActorClient;
  mode: 'approve' | 'auto';
}

export class DocumentManager {
  constructor(_options: DocumentManagerOptions) {
    throw new Error('not built yet');
  }
  readOpenspec(_path: string): Promise<{ path: string; text: string; hash: string }> {
    throw new Error('not built yet');
  }
  updateOpenspec(_path: string, _updates: Record<string, string>): Promise<boolean> {
    throw new Error('not built yet');
  }
  createProposal(_title: string, _content: string): Promise<string> {
    throw new Error('not built yet');
  }
  getChangeHistory(_path: string): Promise<HistoryEntry[]> {
    throw new Error('not built yet');
  }
  propose(_request: ProposeRequest): Promise<string> {
    throw new Error('not built yet');
  }
  undo(_id: string, _by: string, _options?: { hunks?: number[] }): Promise<string> {
    throw new Error('not built yet');
  }
  approve(_id: string, _options: { by: string; hunks?: number[] }): Promise<void> {
    throw new Error('not built yet');
  }
  reject(_id: string, _why: string): Promise<void> {
    throw new Error('not built yet');
  }
  get(_id: string): Promise<Update | undefined> {
    throw new Error('not built yet');
  }
  list(_options?: { state?: string; change?: string; limit?: number; cursor?: string }): Promise<{
    items: Update[];
    next_cursor?: string;
  }> {
    throw new Error('not built yet');
  }
  toUpdate(_snapshot: SnapshotFrom<typeof documentUpdateMachine>): Update {
    throw new Error('not built yet');
  }
  verifyDraft(_change: string, _edits: Edit[]): Promise<{ ok: true } | { ok: false; why: string }> {
    throw new Error('not built yet');
  }
}
