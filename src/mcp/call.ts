import type { CallToolResult, ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { describeError } from '../errors.ts';
import type { Face } from './face.ts';

/** What a tool is told beside its arguments. */
export interface Call {
  /** the client by the name it gave */
  client: string;
  signal: AbortSignal;
  /** Runs something that takes time, and lets a client that asked for progress know that it is under way. */
  waiting<Result>(message: string, work: () => Promise<Result>): Promise<Result>;
}

const progressEveryMs = 5000;
/** Where a client of 2026-07-28 says who it is, in every request; one of 2025 says it once. */
const clientInfoKey = 'io.modelcontextprotocol/clientInfo';
const envelopeSchema = z.object({ [clientInfoKey]: z.object({ name: z.string() }).optional() });

/**
 * Makes a tool's callback out of what the tool does. What it throws becomes a result that says so in words: a model can
 * act on that, a protocol error it never sees.
 */
export function answering<Args>(
  face: Pick<Face, 'server'>,
  run: (args: Args, call: Call) => Promise<Record<string, unknown>>,
): (args: Args, context: ServerContext) => Promise<CallToolResult> {
  return async (args, context) => {
    try {
      const structuredContent = await run(args, callOf(face, context));
      return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
    } catch (error) {
      return { isError: true, content: [{ type: 'text', text: describeError(error) }] };
    }
  };
}

function callOf(face: Pick<Face, 'server'>, context: ServerContext): Call {
  const { signal, envelope } = context.mcpReq;
  const told = envelopeSchema.safeParse(envelope).data?.[clientInfoKey];
  const client = (told ?? face.server.server.getClientVersion())?.name ?? 'mcp client';
  return {
    client,
    signal,
    async waiting(message, work) {
      const progressToken = context.mcpReq._meta?.progressToken;
      if (progressToken === undefined) return await work();
      let progress = 0;
      const tell = () => {
        progress += 1;
        const params = { progressToken, progress, message };
        // A client that went away is noticed by its signal.
        context.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
      };
      tell();
      const timer = setInterval(tell, progressEveryMs);
      try {
        return await work();
      } finally {
        clearInterval(timer);
      }
    },
  };
}
