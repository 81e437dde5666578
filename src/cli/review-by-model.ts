import { randomBytes } from 'node:crypto';
import type { Config } from '../config/index.ts';
import { describeError } from '../errors.ts';
import { createLmStudio, type LmStudio } from '../lmstudio/index.ts';
import type { OpenSpecChange, OpenSpecRoot } from '../openspec/index.ts';
import { analyseChange, pathFilter, planAnalysis } from '../review/index.ts';
import type { Finding } from '../types/index.ts';
import type { CommandContext } from './command-context.ts';

export interface ModelReview {
  context: CommandContext;
  config: Config;
  opened: OpenSpecRoot;
  chosen: readonly OpenSpecChange[];
  /** of the rules: evidence for the model */
  findings: readonly Finding[];
}

/** What the model finds beyond the rules. One that is not there is said, and the review goes on without it. */
export async function reviewByModel(review: ModelReview): Promise<Finding[]> {
  const { context, config, chosen } = review;
  const { baseUrl, apiToken, model, timeoutMs, maxConcurrent } = config.lmStudio;
  const lm = createLmStudio({ baseUrl, apiToken, model, timeoutMs, maxConcurrent });
  try {
    const health = await lm.health(context.signal);
    if (health.state !== 'ready') {
      context.terminal.say(
        `reviewed by rules only: LM Studio at ${baseUrl} is ${health.state} (${health.why})`,
      );
      return [];
    }
    const found: Finding[] = [];
    for (const change of chosen) found.push(...(await analyse(review, lm, change)));
    return found;
  } catch (error) {
    context.signal.throwIfAborted();
    context.terminal.say(`the model did not finish: ${describeError(error)}`);
    return [];
  } finally {
    await lm.close();
  }
}

async function analyse(review: ModelReview, lm: LmStudio, change: OpenSpecChange): Promise<Finding[]> {
  const { context, opened, findings } = review;
  const request = {
    change,
    specs: opened.specs,
    findings: findings.filter((finding) => finding.change === change.id),
    lm,
    nonce: randomBytes(12).toString('hex'),
    signal: context.signal,
  };
  const { sections, minutes } = await planAnalysis(request);
  context.terminal.say(`${change.id}: ${sections} sections, about ${Math.max(1, Math.round(minutes))} min`);
  const analysis = await analyseChange({
    ...request,
    onProgress: ({ done, sections: all }) => {
      if (context.terminal.interactive) context.terminal.say(`${change.id}: ${done} of ${all}`);
    },
  });
  const isReported = await pathFilter(review.config.review.paths);
  return analysis.findings.filter(({ file }) => isReported(file));
}
