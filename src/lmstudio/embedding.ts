import type OpenAI from 'openai';
import { z } from 'zod';
import { RetryableError, TerminalError } from '../errors.ts';
import { errorOfThrown } from './failure.ts';
import { named } from './health.ts';
import type { ListedModel } from './model-list.ts';
import type { Probed } from './probe.ts';

const replySchema = z.object({ data: z.array(z.object({ embedding: z.array(z.number()) })) });

/**
 * One vector a text. As for chat, only an embedding model that is loaded is used unless one is configured.
 *
 * @throws RetryableError when there is none now; TerminalError when the server refuses us
 */
export async function embedWith(
  client: OpenAI,
  texts: string[],
  options: {
    probed: Probed;
    model?: string | undefined;
    timeoutMs: number;
    signal?: AbortSignal | undefined;
  },
): Promise<number[][]> {
  if (options.probed.state === 'down') throw new RetryableError(`no embeddings: ${options.probed.why}`);
  if (options.probed.state !== 'models') throw new TerminalError(`no embeddings: ${options.probed.why}`);
  const model = choose(options.probed.models, options.model);
  if (model === undefined)
    throw new RetryableError('no embedding model is loaded: load one, or set lm_studio.embedding_model');
  const limit = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  const body = await client.embeddings
    .create({ model, input: texts, encoding_format: 'float' }, { signal })
    .then(
      (reply): unknown => reply,
      (thrown: unknown) => {
        options.signal?.throwIfAborted();
        throw errorOfThrown(thrown, model);
      },
    );
  const reply = replySchema.safeParse(body);
  if (!reply.success || reply.data.data.length !== texts.length) {
    throw new TerminalError(`"${model}" did not give one vector a text`);
  }
  return reply.data.data.map((entry) => entry.embedding);
}

function choose(models: ListedModel[], configured: string | undefined): string | undefined {
  const fit = models.filter((model) => model.kind === 'embedding');
  // The name is all that tells an embedding model in a plain list, so a configured one is trusted.
  if (configured !== undefined) return named(models, configured)?.id;
  return fit.find((model) => model.loaded === true)?.id;
}
