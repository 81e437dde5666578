/** What a watcher tells. `contentHash` is `OpenSpecChange.contentHash`; `savedAt` is the newest mtime, ms since the epoch. */
export type WatchEvent =
  | {
      type: 'change-saved';
      change: string;
      contentHash: string;
      /** true when every difference since the last event was written by us */
      byUs: boolean;
      savedAt: number;
      /** true for what stood there when the watch began */
      initial: boolean;
    }
  | { type: 'change-gone'; change: string }
  | { type: 'change-archived'; change: string; archivedAs: string }
  | { type: 'specs-saved'; files: string[] }
  | { type: 'root-gone' }
  | { type: 'root-back' };

export interface WatchOptions {
  root: string;
  /** how long a change must be quiet before it counts as saved */
  settleMs?: number;
  signal?: AbortSignal;
  onEvent: (event: WatchEvent) => void;
  /** a sentence for people: polling instead of notifications, a folder that cannot be read */
  onProblem?: (problem: { code: string; message: string }) => void;
  /** asked once for every changed file; `hash` is the sha-256 of its bytes, `undefined` when it was removed. True consumes it. */
  isOwnWrite?: (relPath: string, hash: string | undefined) => boolean;
}

export interface Watcher {
  close(): Promise<void>;
}

/** Watches a root; resolves once everything that stands there has been told with `initial: true`. */
export function watchRoot(_options: WatchOptions): Promise<Watcher> {
  throw new Error('not built yet');
}
