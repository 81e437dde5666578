import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Asked, deriveReply } from './derive-reply.ts';

/** A request as it came in. */
export interface SeenRequest {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

export interface ScriptedOptions {
  /** 0, the default: any free one */
  port?: number;
  model?: string;
  contextTokens?: number;
  /** in place of the answer that is derived from the prompt */
  answer?: (asked: Asked) => unknown;
  /** called first; true means that it has taken the response over */
  intercept?: (request: SeenRequest, response: ServerResponse) => boolean | Promise<boolean>;
}

export interface ScriptedServer {
  url: string;
  /** every request so far, oldest first */
  requests: SeenRequest[];
  server: Server;
  stop(): Promise<void>;
}

const chatBody = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  response_format: z
    .object({ json_schema: z.object({ name: z.string(), schema: z.unknown() }).optional() })
    .optional(),
});

/**
 * An OpenAI-compatible server in place of LM Studio, with its list of models and its manners. Its answers are derived from the
 * prompt, so that the whole loop can be seen on a machine without a model; it understands nothing.
 */
export async function startScriptedServer(options: ScriptedOptions = {}): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    read(incoming)
      .then(async (request) => {
        requests.push(request);
        if ((await options.intercept?.(request, response)) !== true) reply(request, response, options);
      })
      .catch(() => response.destroy());
  });
  await listen(server, options.port ?? 0);
  return { url: urlOf(server), requests, server, stop: () => close(server) };
}

/** The chat completion that carries this answer. */
export function completionOf(answer: string, asked: { model: string; prompt: string }) {
  const count = (text: string) => Math.ceil(text.length / 4);
  return {
    id: 'chatcmpl-scripted',
    object: 'chat.completion',
    model: asked.model,
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: answer } }],
    usage: { prompt_tokens: count(asked.prompt), completion_tokens: count(answer) },
  };
}

/** What a chat request asks for; undefined when it is none. */
export function askedOf(body: unknown): Asked | undefined {
  const chat = chatBody.safeParse(body);
  if (!chat.success) return undefined;
  const said = (role: string) => chat.data.messages.find((message) => message.role === role)?.content ?? '';
  const format = chat.data.response_format?.json_schema;
  return {
    schemaName: format?.name ?? '',
    schema: format?.schema,
    system: said('system'),
    user: said('user'),
  };
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function reply(request: SeenRequest, response: ServerResponse, options: ScriptedOptions): void {
  const { model = 'scripted-reviewer', contextTokens = 8192, answer = deriveReply } = options;
  if (request.method === 'GET' && request.path === '/api/v1/models') {
    const config = { context_length: contextTokens, parallel: 4 };
    const instance = { id: model, config };
    sendJson(response, 200, { models: [{ type: 'llm', key: model, loaded_instances: [instance] }] });
    return;
  }
  if (request.method === 'GET' && request.path === '/v1/models') {
    sendJson(response, 200, { object: 'list', data: [{ id: model, object: 'model' }] });
    return;
  }
  const asked = request.path === '/v1/chat/completions' ? askedOf(request.body) : undefined;
  if (asked === undefined) {
    // As LM Studio does: an unknown path is a 200 with an error in its body.
    sendJson(response, 200, { error: `Unexpected endpoint or method. (${request.method} ${request.path})` });
    return;
  }
  const text = JSON.stringify(answer(asked));
  sendJson(response, 200, completionOf(text, { model, prompt: asked.system + asked.user }));
}

async function read(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: incoming.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

export function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the scripted server has no port');
  return `http://127.0.0.1:${address.port}`;
}
