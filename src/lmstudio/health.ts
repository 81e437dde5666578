import type { ListedModel } from './model-list.ts';
import type { Probed } from './probe.ts';
import type { LmHealth } from './types.ts';

/** Taken where a server does not say how much its model can hold: the smallest default that is in use. */
export const UNKNOWN_CONTEXT_TOKENS = 4096;

/** Turns what an address answered into one word, and chooses the model. */
export function healthOf(
  probed: Probed,
  options: { address: string; model?: string | undefined; maxConcurrent: number; hasToken: boolean },
): LmHealth {
  switch (probed.state) {
    case 'models':
      return choose(probed.models, options);
    case 'unauthorized': {
      const remedy = options.hasToken ? 'the token in LM_API_TOKEN is refused' : 'set LM_API_TOKEN';
      return { state: 'unauthorized', why: `${options.address} wants a token (${probed.why}): ${remedy}` };
    }
    case 'not-lm-studio':
      return { state: 'not-lm-studio', why: `${options.address} is not LM Studio: ${probed.why}` };
    case 'down':
      return { state: 'down', why: `${options.address} does not answer: ${probed.why}` };
  }
}

/**
 * Only a loaded model is chosen unless one is configured: asking for another would make LM Studio load it, and perhaps throw out
 * the one in use. Of several loaded ones the one with the most context is taken, so that fewer pieces are needed.
 */
function choose(
  models: ListedModel[],
  options: { address: string; model?: string | undefined; maxConcurrent: number },
): LmHealth {
  const llms = models.filter((model) => model.kind === 'llm');
  const loaded = llms.filter((model) => model.loaded === true);
  const chosen = options.model === undefined ? byContext(loaded)[0] : named(llms, options.model);
  if (chosen === undefined) {
    return { state: 'no-model', why: whyNone(llms, options), downloaded: llms.map((model) => model.id) };
  }
  const contextTokens = chosen.contextTokens ?? UNKNOWN_CONTEXT_TOKENS;
  return {
    state: 'ready',
    model: chosen.id,
    // The slots of a loaded model share one context: when calls together exceed it, all of them die.
    contextTokens: Math.floor(contextTokens / options.maxConcurrent),
    parallel: chosen.parallel ?? 1,
    loaded: loaded.map((model) => model.id),
    reasoningCanBeOff: chosen.reasoningCanBeOff,
  };
}

function byContext(models: ListedModel[]): ListedModel[] {
  return models.toSorted((a, b) => (b.contextTokens ?? 0) - (a.contextTokens ?? 0));
}

/** The model a person named, a loaded instance of it before one that would have to be loaded. */
export function named(models: ListedModel[], name: string): ListedModel | undefined {
  const wanted = name.toLowerCase();
  const matches = models.filter((model) =>
    [model.id, ...model.aliases].some((one) => one.toLowerCase() === wanted),
  );
  return matches.find((model) => model.loaded === true) ?? matches[0];
}

function whyNone(llms: ListedModel[], options: { address: string; model?: string | undefined }): string {
  if (options.model !== undefined) {
    return `the configured model "${options.model}" is not at ${options.address}; there: ${listOf(llms)}`;
  }
  if (llms.length === 0) return `no language model is downloaded at ${options.address}`;
  return `no model is loaded at ${options.address}: load one there, or set lm_studio.model to one of ${listOf(llms)}`;
}

function listOf(models: ListedModel[]): string {
  if (models.length === 0) return 'none';
  const names = models.slice(0, 5).map((model) => model.id);
  return models.length > names.length ? `${names.join(', ')}, …` : names.join(', ');
}
