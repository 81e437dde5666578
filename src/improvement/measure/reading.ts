import type { ActorClient, HistoryEntry } from '../../actors/index.ts';

/** What is needed of the runtime to look at work that was done. */
export interface Recorded {
  actors: Pick<ActorClient, 'list'>;
  /** the history of an actor, oldest first */
  history(id: string): Promise<HistoryEntry[]>;
}

/** A stretch of time, `fromMs` included and `toMs` not, ms since the epoch. */
export interface Window {
  fromMs: number;
  toMs: number;
}

export function isIn({ fromMs, toMs }: Window, atMs: number): boolean {
  return atMs >= fromMs && atMs < toMs;
}

const pageSize = 1000;
const atOnce = 50;

/**
 * The histories of a machine's actors that moved since `sinceMs`, at most `limit`, those that changed last first.
 *
 * @returns `complete` false when there were more
 */
export async function readHistories(
  { actors, history }: Recorded,
  options: { machine: string; sinceMs: number; limit: number },
): Promise<{ histories: HistoryEntry[][]; complete: boolean }> {
  const { machine, sinceMs, limit } = options;
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await actors.list({ machine, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) });
    for (const { id, since } of page.items) if (Date.parse(since) >= sinceMs) ids.push(id);
    cursor = page.cursor;
  } while (cursor !== undefined && ids.length <= limit);
  const wanted = ids.slice(0, limit);
  const histories: HistoryEntry[][] = [];
  for (let at = 0; at < wanted.length; at += atOnce) {
    histories.push(...(await Promise.all(wanted.slice(at, at + atOnce).map((id) => history(id)))));
  }
  return { histories, complete: ids.length <= limit };
}
