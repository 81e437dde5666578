import type { ServerResponse } from 'node:http';
import { deriveReply } from '../../src/demo/derive-reply.ts';
import {
  askedOf,
  close,
  completionOf,
  listen,
  type ScriptedOptions,
  type SeenRequest,
  sendJson,
  startScriptedServer,
} from '../../src/demo/lm-studio-server.ts';

/** The ways in which LM Studio, or what stands on its port, has been seen to misbehave. */
export const MODES = [
  'normal',
  /** nothing listens on the port */
  'refuse',
  /** chat: 200 with {"error": "…"} */
  'error-200',
  /** chat: 400 {"error": "No models loaded…"}, the error a string */
  'error-string',
  /** chat: 500 with a crash's message */
  'crash',
  /** chat: 400, the prompt is longer than the context */
  'context',
  /** the same, for prompts of more than 6000 characters only */
  'context-when-long',
  /** chat: JSON in reasoning_content, content empty */
  'reasoning',
  /** chat: finish_reason "length", half of the JSON */
  'truncated',
  /** chat: thoughts before the JSON */
  'think',
  /** chat: JSON in a fence with words around it */
  'fenced',
  /** chat: the connection breaks in the middle of the answer */
  'kill',
  /** chat: no answer until another mode is set */
  'hang',
  /** every path: 401 */
  'unauthorized',
  /** chat: the right answer by another model */
  'wrong-model',
  /** lists: there is no model at all */
  'no-models',
  /** lists: a model is downloaded, none is loaded */
  'not-loaded',
  /** lists: only /v1/models; native paths are "Unexpected endpoint", as in an LM Studio from before 0.3.6 */
  'old-lm-studio',
  /** lists: only /api/v0/models and /v1/models */
  'v0',
  /** lists: only /v1/models, native paths are 404: some other OpenAI-compatible server */
  'plain',
  /** every path: a web page */
  'web-page',
  /** chat: 200 with a body that is no JSON */
  'garbage',
  /** chat: JSON of another shape, then right */
  'wrong-shape-once',
  /** chat: JSON of another shape, always */
  'wrong-shape',
  /** chat: 429 with Retry-After: 7 */
  'busy',
] as const;
export type Mode = (typeof MODES)[number];

export interface LmStudioServer {
  url: string;
  requests: SeenRequest[];
  /** requests that asked for an answer */
  chats(): SeenRequest[];
  /** Takes effect with the next request; what hangs is answered. */
  behave(mode: Mode): Promise<void>;
  /** Resolves when the next chat request has arrived. */
  nextChat(): Promise<void>;
  stop(): Promise<void>;
}

/** LM Studio as tests see it: answers are derived from the prompt, or come from `script`. */
export async function startLmStudioServer(
  options: { script?: ScriptedOptions['answer']; model?: string; contextTokens?: number } = {},
): Promise<LmStudioServer> {
  const model = options.model ?? 'scripted-reviewer';
  const answer = options.script ?? deriveReply;
  let mode: Mode = 'normal';
  let release = () => {};
  let arrivals: (() => void)[] = [];
  const scripted = await startScriptedServer({
    model,
    answer,
    ...(options.contextTokens === undefined ? {} : { contextTokens: options.contextTokens }),
    intercept: async (request, response) => {
      const isChat = request.path === '/v1/chat/completions';
      if (isChat) {
        for (const arrived of arrivals) arrived();
        arrivals = [];
      }
      if (mode === 'hang' && isChat) await new Promise<void>((resolve) => (release = resolve));
      if (await everyPath(mode, response)) return true;
      if (!isChat) return lists(mode, request, response, model);
      const before = mode;
      if (mode === 'wrong-shape-once') mode = 'normal';
      return chat(before, { request, response, model, answer });
    },
  });
  const port = Number(new URL(scripted.url).port);
  let isOpen = true;
  return {
    url: scripted.url,
    requests: scripted.requests,
    chats: () => scripted.requests.filter((request) => request.path === '/v1/chat/completions'),
    async behave(next) {
      mode = next;
      release();
      if (next === 'refuse' && isOpen) {
        isOpen = false;
        await close(scripted.server);
      } else if (next !== 'refuse' && !isOpen) {
        await listen(scripted.server, port);
        isOpen = true;
      }
    },
    nextChat: () => new Promise((resolve) => arrivals.push(resolve)),
    async stop() {
      release();
      if (isOpen) await scripted.stop();
      isOpen = false;
    },
  };
}

async function everyPath(mode: Mode, response: ServerResponse): Promise<boolean> {
  if (mode === 'unauthorized') {
    const message = 'An LM Studio API token is required to make requests to this server';
    sendJson(response, 401, { error: { type: 'invalid_request', code: 'invalid_api_key', message } });
    return true;
  }
  if (mode === 'web-page') {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><title>It works</title>');
    return true;
  }
  return false;
}

/** Answers a request for a list of models when the mode has one of its own. */
function lists(mode: Mode, request: SeenRequest, response: ServerResponse, model: string): boolean {
  const unexpected = { error: `Unexpected endpoint or method. (GET ${request.path})` };
  switch (mode) {
    case 'no-models':
      sendJson(
        response,
        200,
        request.path === '/api/v1/models' ? { models: [] } : { object: 'list', data: [] },
      );
      return true;
    case 'not-loaded':
      if (request.path !== '/api/v1/models') return false;
      sendJson(response, 200, { models: [{ type: 'llm', key: model, loaded_instances: [] }] });
      return true;
    case 'old-lm-studio':
      if (request.path === '/v1/models') return false;
      sendJson(response, 200, unexpected);
      return true;
    case 'v0':
      if (request.path === '/v1/models') return false;
      if (request.path === '/api/v1/models') sendJson(response, 200, unexpected);
      else {
        const chatModel = { id: model, type: 'llm', state: 'loaded', loaded_context_length: 5000 };
        sendJson(response, 200, {
          data: [{ id: 'other', type: 'llm', state: 'not-loaded', max_context_length: 99999 }, chatModel],
        });
      }
      return true;
    case 'plain':
      if (request.path === '/v1/models') return false;
      sendJson(response, 404, { detail: 'Not Found' });
      return true;
    default:
      return false;
  }
}

interface ChatCall {
  request: SeenRequest;
  response: ServerResponse;
  model: string;
  answer: NonNullable<ScriptedOptions['answer']>;
}

/** Answers a chat request when the mode has an answer of its own. */
function chat(mode: Mode, { request, response, model, answer }: ChatCall): boolean {
  const asked = askedOf(request.body);
  if (asked === undefined) return false;
  const prompt = asked.system + asked.user;
  const right = JSON.stringify(answer(asked));
  const completion = (text: string) => completionOf(text, { model, prompt });
  const send = (status: number, body: unknown) => {
    sendJson(response, status, body);
    return true;
  };
  switch (mode) {
    case 'error-200':
      return send(200, { error: 'The model has crashed without additional information. (Exit code: 6)' });
    case 'error-string':
      return send(400, { error: 'No models loaded. Please load a model in the developer page.' });
    case 'crash':
      return send(500, { error: { message: 'Channel Error', type: 'internal_error', code: 'unknown' } });
    case 'context-when-long':
      if (prompt.length <= 6000) return false;
      return chat('context', { request, response, model, answer });
    case 'context':
      return send(400, {
        error:
          'The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 9000>= n_ctx: 4096).',
      });
    case 'reasoning':
    case 'truncated': {
      const whole = completion(right);
      const [choice] = whole.choices;
      const change =
        mode === 'reasoning'
          ? { message: { role: 'assistant', content: '', reasoning_content: right } }
          : {
              finish_reason: 'length',
              message: { role: 'assistant', content: right.slice(0, right.length / 2) },
            };
      return send(200, { ...whole, choices: [{ ...choice, ...change }] });
    }
    case 'think':
      return send(200, completion(`<think>Is {"this": "it"}?</think>\n${right}`));
    case 'fenced':
      return send(200, completion(`Here you are:\n\`\`\`json\n${right}\n\`\`\`\nAnything else?`));
    case 'kill': {
      const body = JSON.stringify(completion(right));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length + 1 });
      response.write(body.slice(0, 20), () => response.destroy());
      return true;
    }
    case 'wrong-model':
      return send(200, completionOf(right, { model: 'some-other-model-7b', prompt }));
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"choices": [');
      return true;
    case 'wrong-shape-once':
    case 'wrong-shape':
      return send(200, completion('{"verdict": "looks good"}'));
    case 'busy':
      response.setHeader('retry-after', '7');
      return send(429, { error: { message: 'Too many requests' } });
    default:
      return false;
  }
}
