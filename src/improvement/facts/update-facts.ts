import { z } from 'zod';
import type { HistoryEntry } from '../../actors/index.ts';
import { staysOf } from './stays.ts';

/** What an update's history says of how it went. */
export interface UpdateFacts {
  id: string;
  proposedAtMs: number;
  end?: { atMs: number; state: string };
  reverts?: string;
  /** it writes the archivist's words */
  quotation: boolean;
  /** how often it was applied to a copy, not counting the time after a person's approval */
  applications: number;
}

const initSchema = z.looseObject({
  input: z.looseObject({
    update: z.string(),
    reverts: z.string().optional(),
    provenance: z.looseObject({ answeredBy: z.string().optional() }),
  }),
});
const ends = ['applied', 'conflicted', 'rolledBack', 'rejected', 'failed'];

export function updateFacts(history: readonly HistoryEntry[]): UpdateFacts | undefined {
  const [first] = history;
  const last = history.at(-1);
  const init = initSchema.safeParse(first?.event);
  if (first === undefined || last === undefined || !init.success) return undefined;
  const { update, reverts, provenance } = init.data.input;
  const stays = staysOf(history);
  const applications = stays.filter(
    ({ state }, at) => state === 'applying' && stays[at - 1]?.state !== 'awaitingApproval',
  ).length;
  return {
    id: update,
    proposedAtMs: first.atMs,
    quotation: provenance.answeredBy?.startsWith('archivist') ?? false,
    applications,
    ...(ends.includes(last.to) ? { end: { atMs: last.atMs, state: last.to } } : {}),
    ...(reverts === undefined ? {} : { reverts }),
  };
}
