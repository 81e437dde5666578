import type { Tool } from '@modelcontextprotocol/client';
import { TerminalError } from '../../errors.ts';
import type { Agent, AgentQuestion, AgentReply, AskOptions } from '../agent.ts';
import { type McpConnection, type McpTarget, openConnection } from './connection.ts';
import { readReply, type ToolReply } from './reply.ts';

export interface McpAgentOptions {
  id: string;
  mcp: McpTarget;
  capabilities: string[];
  /** how long it is waited for in all */
  patienceMs?: number;
  /** how long one call may take */
  callTimeoutMs?: number;
}

const pollMs = 25_000;
const askTool = 'ask_question';
const fetchTool = 'get_answer';

/**
 * An agent behind MCP. A server with `ask_question` is asked as one of ours (its answer may come later); of any other, a
 * tool that is made for asking: named so, and wanting one text. Nothing else of a foreign server is ever called.
 */
export function createMcpAgent(options: McpAgentOptions): Agent {
  const { id, mcp, capabilities, patienceMs = 8 * 60_000, callTimeoutMs = 60_000 } = options;
  const connection = openConnection(mcp);
  return {
    id,
    describe: () => ({
      id,
      name: id,
      kind: 'mcp',
      description: '',
      capabilities: [...capabilities],
      available: true,
    }),
    async ask(question, { idempotencyKey, signal }) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
      const call = { connection, callTimeoutMs, signal: limited };
      const reply = await asked(call, question, idempotencyKey);
      return toAgentReply(id, reply);
    },
    close: () => connection.close(),
  };
}

interface Calls {
  connection: McpConnection;
  callTimeoutMs: number;
  signal: AskOptions['signal'];
}

async function asked(calls: Calls, question: AgentQuestion, idempotencyKey: string): Promise<ToolReply> {
  const { connection, callTimeoutMs: timeoutMs, signal } = calls;
  const tools = await connection.tools({ timeoutMs, signal });
  const ours = tools.find(({ name }) => name === askTool);
  if (ours === undefined) {
    const [tool, argument] = toolForAsking(tools);
    return readReply(await connection.call(tool, { [argument]: plainText(question) }, { timeoutMs, signal }));
  }
  const known = Object.keys(ours.inputSchema.properties ?? {});
  const args = { question: question.text, context: contextOf(question), idempotency_key: idempotencyKey };
  const accepted = Object.entries(args).filter(
    ([name, value]) => value !== undefined && known.includes(name),
  );
  const reply = readReply(
    await connection.call(askTool, Object.fromEntries(accepted), { timeoutMs, signal }),
  );
  return await followed(calls, tools, reply);
}

/** Fetches an answer that comes later, for as long as the signal lets it. */
async function followed(calls: Calls, tools: Tool[], first: ToolReply): Promise<ToolReply> {
  const fetches = tools.find(({ name }) => name === fetchTool);
  let reply = first;
  while (reply.kind === 'pending') {
    if (fetches === undefined)
      return { kind: 'failure', why: `it has no ${fetchTool} to fetch the answer with` };
    const { questionId } = reply;
    const longPolls = 'wait_ms' in (fetches.inputSchema.properties ?? {});
    if (!longPolls) await pause(1000, calls.signal);
    const args = { question_id: questionId, ...(longPolls && { wait_ms: pollMs }) };
    const options = { timeoutMs: pollMs + calls.callTimeoutMs, signal: calls.signal };
    reply = readReply(await calls.connection.call(fetchTool, args, options));
  }
  return reply;
}

/** A tool that is named for asking and needs nothing but one text. */
function toolForAsking(tools: Tool[]): [tool: string, argument: string] {
  for (const { name, inputSchema } of tools) {
    const [required, ...others] = inputSchema.required ?? [];
    const asks = ['ask', 'answer', 'consult'].some((verb) => name === verb || name.startsWith(`${verb}_`));
    if (asks && required !== undefined && others.length === 0) return [name, required];
  }
  throw new TerminalError(`its server has no tool for asking: ${askTool}, or ask_… with one text`);
}

function contextOf(question: AgentQuestion): Record<string, string> | undefined {
  const { context, change, why } = question;
  const all = { ...context, ...(change !== undefined && { change }), ...(why !== undefined && { why }) };
  return Object.keys(all).length === 0 ? undefined : all;
}

function plainText(question: AgentQuestion): string {
  const context = Object.entries(contextOf(question) ?? {}).map(([name, value]) => `${name}: ${value}`);
  return [question.text, ...context].join('\n');
}

function toAgentReply(id: string, reply: ToolReply): AgentReply {
  if (reply.kind !== 'answer') {
    return { kind: 'declined', why: reply.kind === 'failure' ? reply.why : 'no answer in time' };
  }
  const { text, confidence, sources } = reply;
  return {
    kind: 'answered',
    answer: {
      text,
      by: id,
      kind: 'agent',
      ...(confidence !== undefined && { confidence }),
      ...(sources !== undefined && { sources }),
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
