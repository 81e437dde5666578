import type OpenAI from 'openai';
import { APIUserAbortError } from 'openai';
import { type ZodType, z } from 'zod';
import { RetryableError, TerminalError } from '../errors.ts';
import { answerText, jsonOf } from './answer-text.ts';
import { AnswerTooLongError, ContextTooLongError } from './errors.ts';
import { errorOf, errorOfThrown } from './failure.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { shortText } from './short-text.ts';
import type { Completion, CompletionRequest, LmReady } from './types.ts';

const replySchema = z.object({
  model: z.string().optional(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          content: z.string().nullish(),
          reasoning_content: z.string().nullish(),
          reasoning: z.string().nullish(),
        }),
      }),
    )
    .min(1),
  usage: z
    .object({ prompt_tokens: z.number().optional(), completion_tokens: z.number().optional() })
    .nullish(),
});

/** LM Studio answers 200 with an error in the body, as text or as an object. */
const errorReply = z.object({
  error: z.union([
    z.string().transform((message) => ({ message, code: undefined })),
    z.looseObject({ message: z.string(), code: z.string().nullish() }),
  ]),
});

interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

interface Turn {
  text: string;
  model: string;
  promptTokens: number;
  completionTokens: number;
}

/**
 * Asks once, and once more when the answer does not fit the schema. `signal` is the caller's will alone; `limit` is the wall clock
 * of both turns.
 *
 * @throws RetryableError when the server failed or was too slow; TooLargeError when a smaller text may pass; TerminalError otherwise
 */
export async function completeWith<T>(
  client: OpenAI,
  request: CompletionRequest<T>,
  options: { ready: LmReady; timeoutMs: number },
): Promise<Completion<T>> {
  const startedAt = performance.now();
  const limit = AbortSignal.timeout(options.timeoutMs);
  const ask = (messages: Message[]) => oneTurn(client, messages, { request, ready: options.ready, limit });
  const messages: Message[] = [
    { role: 'system', content: request.system },
    { role: 'user', content: request.user },
  ];
  const first = await ask(messages);
  const done = (value: T, turns: Turn[]): Completion<T> => ({
    value,
    model: turns.at(-1)?.model ?? options.ready.model,
    ...tokensOf(turns),
    durationMs: Math.round(performance.now() - startedAt),
    calls: turns.length,
  });
  const read = readAnswer(first.text, request.schema);
  if (read.ok) return done(read.value, [first]);
  const second = await ask([
    ...messages,
    // Some chat templates refuse an empty turn, and two of one voice in a row.
    { role: 'assistant', content: first.text.slice(0, 4000) || '(nothing)' },
    {
      role: 'user',
      content: `That answer is not usable: ${read.why}. Answer again, with one JSON object and nothing else.`,
    },
  ]);
  const reread = readAnswer(second.text, request.schema);
  if (reread.ok) return done(reread.value, [first, second]);
  throw new TerminalError(
    `"${second.model}" did not give a usable ${request.name}, asked twice: ${reread.why}`,
  );
}

async function oneTurn<T>(
  client: OpenAI,
  messages: Message[],
  options: { request: CompletionRequest<T>; ready: LmReady; limit: AbortSignal },
): Promise<Turn> {
  const { request, ready, limit } = options;
  const { model } = ready;
  const body = await client.chat.completions
    .create(
      {
        model,
        messages,
        max_tokens: request.maxTokens,
        temperature: request.temperature ?? 0,
        stream: false,
        response_format: {
          type: 'json_schema',
          json_schema: { name: request.name, strict: true, schema: jsonSchemaOf(request.schema) },
        },
        ...(ready.reasoningCanBeOff ? { reasoning_effort: 'none' as const } : {}),
      },
      { signal: request.signal === undefined ? limit : AbortSignal.any([request.signal, limit]) },
    )
    .then(
      (reply): unknown => reply,
      (thrown: unknown) => {
        request.signal?.throwIfAborted();
        if (thrown instanceof APIUserAbortError || limit.aborted) {
          throw new RetryableError(`"${model}" gave no answer in time`, { cause: thrown });
        }
        throw errorOfThrown(thrown, model);
      },
    );
  return readReply(body, { model, maxTokens: request.maxTokens, contextTokens: ready.contextTokens });
}

function readReply(body: unknown, asked: { model: string; maxTokens: number; contextTokens: number }): Turn {
  const failed = errorReply.safeParse(body);
  if (failed.success) {
    const { message, code } = failed.data.error;
    throw errorOf({ status: undefined, message, code: code ?? undefined }, asked.model);
  }
  const reply = replySchema.safeParse(body);
  const choice = reply.data?.choices[0];
  if (!reply.success || choice === undefined) {
    throw new RetryableError('LM Studio sent something that is no chat completion');
  }
  const promptTokens = reply.data.usage?.prompt_tokens ?? 0;
  const completionTokens = reply.data.usage?.completion_tokens ?? 0;
  const model = reply.data.model ?? asked.model;
  if (choice.finish_reason === 'length') {
    const full =
      completionTokens < asked.maxTokens && promptTokens + completionTokens >= asked.contextTokens - 8;
    if (full && completionTokens > 0)
      throw new ContextTooLongError(`the context of "${model}" was full in mid-answer`);
    throw new AnswerTooLongError(`the answer of "${model}" was cut off after ${asked.maxTokens} tokens`);
  }
  if (choice.finish_reason !== 'stop') {
    throw new TerminalError(
      `"${model}" stopped for the reason "${shortText(choice.finish_reason ?? 'none')}"`,
    );
  }
  return { text: answerText(choice.message), model, promptTokens, completionTokens };
}

function readAnswer<T>(
  text: string,
  schema: ZodType<T>,
): { ok: true; value: T } | { ok: false; why: string } {
  const json = jsonOf(text);
  if (json === undefined) return { ok: false, why: text === '' ? 'it is empty' : 'it is not JSON' };
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issues = parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return { ok: false, why: shortText(issues.join('; ')) };
}

function tokensOf(turns: Turn[]): { promptTokens?: number; completionTokens?: number } {
  const promptTokens = turns.reduce((sum, turn) => sum + turn.promptTokens, 0);
  const completionTokens = turns.reduce((sum, turn) => sum + turn.completionTokens, 0);
  return promptTokens === 0 ? {} : { promptTokens, completionTokens };
}
