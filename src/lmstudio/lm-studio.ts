import OpenAI from 'openai';
import { RetryableError, TerminalError } from '../errors.ts';
import { addressesOf } from './address.ts';
import { completeWith } from './completion.ts';
import { embedWith } from './embedding.ts';
import { healthOf } from './health.ts';
import { type Probed, probe } from './probe.ts';
import { isSameModel } from './same-model.ts';
import { startServer } from './start-server.ts';
import { TokenBudget } from './token-budget.ts';
import { openTransport } from './transport.ts';
import type { LmHealth, LmReady, LmStudio, LmStudioOptions } from './types.ts';

/**
 * A client of the LM Studio (or any OpenAI-compatible server) at `baseUrl`.
 *
 * @example
 * const lm = createLmStudio({ baseUrl: 'http://localhost:1234', timeoutMs: 600_000 });
 * const { value } = await lm.complete({ schema, name: 'analysis', system, user, maxTokens: 1500 });
 */
export function createLmStudio(options: LmStudioOptions): LmStudio {
  const { apiToken, timeoutMs, maxConcurrent = 1, log = () => {} } = options;
  const addresses = addressesOf(options.baseUrl);
  const transport = openTransport();
  const budget = new TokenBudget();
  let mayStart = options.start ?? false;

  /** The address that answers, and what it answers: the first with models, else the first that answers at all. */
  async function look(signal?: AbortSignal): Promise<{ address: string; probed: Probed }> {
    let best: { address: string; probed: Probed } | undefined;
    for (const address of addresses) {
      const probed = await probe(address, { transport, apiToken, signal });
      if (probed.state === 'models') return { address, probed };
      if (best === undefined || best.probed.state === 'down') best = { address, probed };
    }
    if (best === undefined) throw new Error('a base URL always has an address');
    return best;
  }

  async function lookAndStart(signal?: AbortSignal): Promise<{ address: string; probed: Probed }> {
    const found = await look(signal);
    if (found.probed.state !== 'down' || !mayStart) return found;
    mayStart = false;
    const outcome = await startServer({ baseUrl: options.baseUrl, signal });
    log(
      outcome.started
        ? `started LM Studio's server: ${outcome.command}`
        : `LM Studio not started: ${outcome.why}`,
    );
    return outcome.started ? look(signal) : found;
  }

  function describe(found: { address: string; probed: Probed }): LmHealth {
    return healthOf(found.probed, {
      address: found.address,
      model: options.model,
      maxConcurrent,
      hasToken: apiToken !== undefined,
    });
  }

  /** A look before each call costs a millisecond; without it, a model that was just unloaded would be loaded again by asking. */
  async function open(signal?: AbortSignal): Promise<{ client: OpenAI; ready: LmReady; probed: Probed }> {
    const found = await lookAndStart(signal);
    return { client: clientOf(found.address), ready: demandReady(describe(found)), probed: found.probed };
  }

  function clientOf(address: string): OpenAI {
    return new OpenAI({
      baseURL: `${address}/v1`,
      apiKey: apiToken ?? 'none',
      ...(apiToken === undefined ? { defaultHeaders: { authorization: null } } : {}),
      // What the environment holds for OpenAI's own service is not for this server.
      organization: null,
      project: null,
      maxRetries: 0,
      // Ours is the wall clock; theirs would only cover the time until the headers.
      timeout: timeoutMs + 60_000,
      logLevel: 'off',
      fetch: transport.fetch,
    });
  }

  function compare(asked: string, answered: string): void {
    if (isSameModel(asked, answered)) return;
    if (options.model === undefined) {
      log(`asked "${asked}", but "${answered}" answered`);
      return;
    }
    throw new TerminalError(
      `LM Studio answered with "${answered}" in place of the configured "${asked}": load it, or change lm_studio.model`,
    );
  }

  return {
    baseUrl: options.baseUrl,
    budget,
    health: async (signal) => describe(await lookAndStart(signal)),
    ready: async (signal) => (await open(signal)).ready,
    async complete(request) {
      const { client, ready } = await open(request.signal);
      const completion = await completeWith(client, request, { ready, timeoutMs });
      compare(ready.model, completion.model);
      if (completion.calls === 1) {
        const text = request.system + request.user;
        budget.observe({ ...completion, model: ready.model, text });
      }
      return completion;
    },
    async embed(texts, signal) {
      const found = await lookAndStart(signal);
      const model = options.embeddingModel;
      return embedWith(clientOf(found.address), texts, { probed: found.probed, model, timeoutMs, signal });
    },
    close: () => transport.close(),
  };
}

/** Waiting may help where a person can load a model or start the server; a refused token needs the configuration. */
function demandReady(health: LmHealth): LmReady {
  switch (health.state) {
    case 'ready':
      return health;
    case 'down':
    case 'no-model':
      throw new RetryableError(health.why);
    case 'unauthorized':
    case 'not-lm-studio':
      throw new TerminalError(health.why);
  }
}
