import { z } from 'zod';
import type { Config } from '../../config/index.ts';
import { createLmStudio, type LmHealth, type LmStudio } from '../../lmstudio/index.ts';
import type { DoctorCheck } from './check.ts';

const FEWEST_CONTEXT_TOKENS = 8_000;

/** The model is never a condition: without one the rules review, and everything else works. */
export async function checkModel(config: Config, signal: AbortSignal): Promise<DoctorCheck> {
  const health = await withLmStudio(config, (lm) => lm.health(signal));
  if (health.state === 'ready' && health.contextTokens >= FEWEST_CONTEXT_TOKENS) {
    return {
      name: 'lm-studio',
      ok: true,
      found: `${health.model}, ${health.contextTokens} tokens of context`,
    };
  }
  return { name: 'lm-studio', ok: false, advice: true, ...explain(health, config.lmStudio.baseUrl) };
}

/** One tiny completion: proves that the model answers, and in the shape that it is asked for. */
export async function checkModelAnswers(config: Config, signal: AbortSignal): Promise<DoctorCheck> {
  const completion = await withLmStudio(config, (lm) =>
    lm.complete({
      schema: z.object({ colour: z.enum(['red', 'green', 'blue']) }),
      name: 'doctor',
      system: 'Answer with the colour that the person names.',
      user: 'The colour is green.',
      maxTokens: 200,
      signal,
    }),
  );
  const ok = completion.value.colour === 'green';
  const found = `${completion.model} answered ${completion.value.colour} after ${Math.round(completion.durationMs)} ms`;
  return {
    ...{ name: 'model-answers', ok, found },
    ...(ok ? {} : { needed: 'green', remedy: 'load a model that follows instructions better' }),
  };
}

function explain(health: LmHealth, baseUrl: string): Pick<DoctorCheck, 'found' | 'needed' | 'remedy'> {
  switch (health.state) {
    case 'ready':
      return {
        found: `${health.model} has ${health.contextTokens} tokens of context a call`,
        needed: `${FEWEST_CONTEXT_TOKENS} or more`,
        remedy: `lms load ${health.model} --context-length 16384`,
      };
    case 'no-model':
      return {
        found: `${baseUrl}: ${health.why}`,
        remedy:
          health.downloaded[0] === undefined
            ? 'download a model in LM Studio and load it'
            : `lms load ${health.downloaded[0]} --context-length 16384`,
      };
    case 'unauthorized':
      return { found: `${baseUrl}: ${health.why}`, remedy: "set LM_API_TOKEN to LM Studio's token" };
    case 'not-lm-studio':
      return { found: `${baseUrl}: ${health.why}`, remedy: "set LM_STUDIO_BASE_URL to LM Studio's address" };
    case 'down':
      return {
        found: `${baseUrl}: ${health.why}`,
        remedy: 'lms server start, or set LM_STUDIO_BASE_URL; until then the rules review',
      };
  }
}

async function withLmStudio<Result>(config: Config, use: (lm: LmStudio) => Promise<Result>): Promise<Result> {
  const { baseUrl, apiToken, model, timeoutMs } = config.lmStudio;
  const lm = createLmStudio({ baseUrl, apiToken, model, timeoutMs });
  try {
    return await use(lm);
  } finally {
    await lm.close();
  }
}
