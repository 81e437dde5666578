import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { RetryableError, TerminalError } from '../../src/errors.ts';
import {
  AnswerTooLongError,
  ContextTooLongError,
  createLmStudio,
  type LmStudio,
} from '../../src/lmstudio/index.ts';
import { type LmStudioServer, type Mode, startLmStudioServer } from '../support/lm-studio-server.ts';

const schema = z.object({ word: z.string().max(40), kind: z.enum(['noun', 'verb']) });
const right = { word: 'house', kind: 'noun' as const };

let server: LmStudioServer;
let lm: LmStudio;

beforeEach(async () => {
  server = await startLmStudioServer({ script: () => right });
  lm = createLmStudio({ baseUrl: server.url, timeoutMs: 30_000 });
});
afterEach(async () => {
  await lm.close();
  await server.stop();
});

function ask(signal?: AbortSignal) {
  return lm.complete({
    schema,
    name: 'word',
    system: 'Name a word.',
    user: 'Any word.',
    maxTokens: 100,
    signal,
  });
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error('it did not fail');
  return outcome;
}

describe('an answer', () => {
  it('is asked with a schema that LM Studio takes, and comes back typed, with its tokens', async () => {
    const completion = await ask();
    expect(completion).toMatchObject({ value: right, model: 'scripted-reviewer', calls: 1 });
    expect(completion.promptTokens).toBeGreaterThan(0);
    expect(server.chats()[0]?.body).toMatchObject({
      model: 'scripted-reviewer',
      max_tokens: 100,
      stream: false,
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'word',
          schema: {
            type: 'object',
            properties: { word: { type: 'string' }, kind: { type: 'string', enum: ['noun', 'verb'] } },
            required: ['word', 'kind'],
            additionalProperties: false,
          },
        },
      },
    });
    const sent = JSON.stringify(server.chats()[0]?.body);
    expect(sent).not.toContain('$schema');
    expect(sent).not.toContain('maxLength');
  });

  it.each<Mode>(['reasoning', 'think', 'fenced'])('is found where LM Studio puts it: %s', async (mode) => {
    await server.behave(mode);
    expect((await ask()).value).toEqual(right);
    expect(server.chats()).toHaveLength(1);
  });

  it('of the wrong shape is asked for once more, with what was wrong', async () => {
    await server.behave('wrong-shape-once');
    expect(await ask()).toMatchObject({ value: right, calls: 2 });
    const [, second] = server.chats();
    expect(JSON.stringify(second?.body)).toContain('looks good');
    expect(JSON.stringify(second?.body)).toContain('not usable: word');
  });

  it('of the wrong shape twice is given up, not asked a third time', async () => {
    await server.behave('wrong-shape');
    const error = await failureOf(ask());
    expect(error).toBeInstanceOf(TerminalError);
    expect(error.message).toContain('asked twice');
    expect(server.chats()).toHaveLength(2);
  });

  it('by another model is refused when a model is configured, and told by its true name when none is', async () => {
    await server.behave('wrong-model');
    expect((await ask()).model).toBe('some-other-model-7b');
    const strict = createLmStudio({ baseUrl: server.url, model: 'scripted-reviewer', timeoutMs: 30_000 });
    const error = await failureOf(
      strict.complete({ schema, name: 'word', system: 's', user: 'u', maxTokens: 100 }),
    );
    await strict.close();
    expect(error).toBeInstanceOf(TerminalError);
    expect(error.message).toContain('some-other-model-7b');
  });
});

describe('a failure tells by its class what to do', () => {
  it.each<[Mode, string]>([
    ['refuse', 'ECONNREFUSED'],
    ['error-200', 'went away'],
    ['error-string', 'No models loaded'],
    ['crash', 'Channel Error'],
    ['kill', 'broke'],
    ['garbage', 'no answer'],
    ['no-models', 'no language model'],
    ['not-loaded', 'no model is loaded'],
  ])('%s is tried again later', async (mode, said) => {
    await server.behave(mode);
    const error = await failureOf(ask());
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain(said);
    expect(server.chats().length).toBeLessThanOrEqual(1);
  });

  it('busy is tried again no sooner than the server said', async () => {
    await server.behave('busy');
    expect(await failureOf(ask())).toMatchObject({ name: 'RetryableError', retryAfterMs: 7000 });
  });

  it.each<[Mode, string]>([
    ['unauthorized', 'LM_API_TOKEN'],
    ['web-page', 'not LM Studio'],
  ])('%s waits for a person, who is told what to do', async (mode, said) => {
    await server.behave(mode);
    const error = await failureOf(ask());
    expect(error).toBeInstanceOf(TerminalError);
    expect(error.message).toContain(said);
  });

  it('a prompt longer than the context is the caller’s to shorten', async () => {
    await server.behave('context');
    expect(await failureOf(ask())).toBeInstanceOf(ContextTooLongError);
  });

  it('an answer that was cut off is never completed by guessing', async () => {
    await server.behave('truncated');
    expect(await failureOf(ask())).toBeInstanceOf(AnswerTooLongError);
    expect(server.chats()).toHaveLength(1);
  });

  it('a configured model that is not there is named, with those that are', async () => {
    const other = createLmStudio({ baseUrl: server.url, model: 'qwen3-8b', timeoutMs: 30_000 });
    const health = await other.health();
    await other.close();
    expect(health).toMatchObject({ state: 'no-model', downloaded: ['scripted-reviewer'] });
    expect(health).toHaveProperty('why', expect.stringContaining('qwen3-8b'));
  });
});

describe('a call that lasts', () => {
  it('ends with the caller’s signal, by the caller’s reason', async () => {
    await server.behave('hang');
    const controller = new AbortController();
    const arrived = server.nextChat();
    const asked = failureOf(ask(controller.signal));
    await arrived;
    controller.abort(new Error('the worker stops'));
    expect((await asked).message).toBe('the worker stops');
  });

  it('ends at its wall clock, to be tried again', async () => {
    await server.behave('hang');
    const hasty = createLmStudio({ baseUrl: server.url, timeoutMs: 50 });
    const error = await failureOf(
      hasty.complete({ schema, name: 'word', system: 's', user: 'u', maxTokens: 100 }),
    );
    await hasty.close();
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain('in time');
  });
});

it('the token is sent, and nothing that the environment holds for OpenAI', async () => {
  vi.stubEnv('OPENAI_API_KEY', 'sk-of-another-service');
  vi.stubEnv('OPENAI_ORG_ID', 'org-of-another-service');
  const withToken = createLmStudio({ baseUrl: server.url, apiToken: 'sk-lm-one', timeoutMs: 30_000 });
  await withToken.complete({ schema, name: 'word', system: 's', user: 'u', maxTokens: 100 });
  await withToken.close();
  vi.unstubAllEnvs();
  for (const request of server.requests) expect(request.headers.authorization).toBe('Bearer sk-lm-one');
  await ask();
  expect(server.requests.at(-1)?.headers).not.toHaveProperty('authorization');
  expect(JSON.stringify(server.requests)).not.toContain('of-another-service');
});
