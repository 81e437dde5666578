import { z } from 'zod';
import { type ListedModel, readNativeV0, readNativeV1, readOpenAi } from './model-list.ts';
import { rootCause, shortText } from './short-text.ts';
import type { Transport } from './transport.ts';

/** A list of models is in memory: a server that takes longer is not usable. */
const PROBE_LIMIT_MS = 5_000;

/** What stands at an address. */
export type Probed =
  | { state: 'models'; models: ListedModel[] }
  | { state: 'unauthorized' | 'not-lm-studio' | 'down'; why: string };

type Reply = { kind: 'body'; status: number; body: unknown } | { kind: 'refused'; why: string };

const errorBody = z.object({ error: z.union([z.string(), z.looseObject({ message: z.string() })]) });

/**
 * Asks for the lists of models, the one that tells most first. LM Studio answers an unknown path with 200 and an error in the
 * body, another server on the port may answer anything: only a body that is a list of models counts.
 */
export async function probe(
  address: string,
  options: { transport: Transport; apiToken?: string | undefined; signal?: AbortSignal | undefined },
): Promise<Probed> {
  const get = (path: string) => getJson(`${address}${path}`, options);
  const surfaces = [
    { path: '/api/v1/models', read: readNativeV1 },
    { path: '/api/v0/models', read: readNativeV0 },
    { path: '/v1/models', read: readOpenAi },
  ];
  let lastReply: Reply | undefined;
  let speaksLikeLmStudio = false;
  for (const { path, read } of surfaces) {
    const reply = await get(path);
    if (reply.kind === 'refused') return { state: 'down', why: reply.why };
    if (reply.status === 401 || reply.status === 403) {
      return { state: 'unauthorized', why: messageOf(reply.body) ?? `HTTP ${reply.status}` };
    }
    const models = read(reply.body);
    if (models !== undefined) return { state: 'models', models: settleLoaded(models, speaksLikeLmStudio) };
    speaksLikeLmStudio ||= messageOf(reply.body)?.startsWith('Unexpected endpoint') ?? false;
    lastReply = reply;
  }
  return judge(lastReply);
}

/**
 * A plain OpenAI-compatible server serves what it lists. An LM Studio too old to have a list of its own may list what is
 * merely downloaded, and asking for one of those would load it.
 */
function settleLoaded(models: ListedModel[], speaksLikeLmStudio: boolean): ListedModel[] {
  return models.map((model) => ({ ...model, loaded: model.loaded ?? !speaksLikeLmStudio }));
}

function judge(reply: Reply | undefined): Probed {
  if (reply === undefined || reply.kind === 'refused') return { state: 'down', why: 'no reply' };
  const said = messageOf(reply.body);
  if (reply.status >= 500) return { state: 'down', why: said ?? `HTTP ${reply.status}` };
  const what = said === undefined ? `HTTP ${reply.status} without a list of models` : `it said: ${said}`;
  return { state: 'not-lm-studio', why: what };
}

function messageOf(body: unknown): string | undefined {
  const parsed = errorBody.safeParse(body);
  if (!parsed.success) return undefined;
  const { error } = parsed.data;
  return shortText(typeof error === 'string' ? error : error.message);
}

async function getJson(
  url: string,
  options: { transport: Transport; apiToken?: string | undefined; signal?: AbortSignal | undefined },
): Promise<Reply> {
  const limit = AbortSignal.timeout(PROBE_LIMIT_MS);
  const headers = new Headers({ accept: 'application/json' });
  if (options.apiToken !== undefined) headers.set('authorization', `Bearer ${options.apiToken}`);
  try {
    const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
    const response = await options.transport.fetch(url, { headers, signal });
    return { kind: 'body', status: response.status, body: parseOrUndefined(await response.text()) };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (limit.aborted) return { kind: 'refused', why: `no reply within ${PROBE_LIMIT_MS / 1000} s` };
    return { kind: 'refused', why: rootCause(error) };
  }
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
