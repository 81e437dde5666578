import type { Readable, Writable } from 'node:stream';
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';
import { type Finding, type FindingCounts, findingCountsSchema, findingSchema } from '../types/index.ts';
import { answering } from './call.ts';
import { StreamTransport } from './stream-transport.ts';
import { reading } from './tools/shapes.ts';

export interface ReviewOnlyOptions {
  version: string;
  /** reviews a change by the rules, or every active one when none is named */
  review(
    change: string | undefined,
  ): Promise<{ changes: string[]; findings: Finding[]; summary: FindingCounts }>;
}

/** What `specloop mcp` serves where no worker runs: the rules need neither worker nor Redis. Ends with the client. */
export function serveReviewOnly(
  readable: Readable,
  writable: Writable,
  { version, review }: ReviewOnlyOptions,
): Promise<void> {
  return new Promise((resolve) => {
    const transport = new StreamTransport(readable, writable);
    serveStdio(() => build({ version, review }), { transport });
    readable.once('close', resolve);
  });
}

function build({ version, review }: ReviewOnlyOptions): McpServer {
  const server = new McpServer(
    { name: 'specloop', version },
    {
      capabilities: { tools: {} },
      instructions:
        'No specloop worker runs: only review_change is there. "specloop start --root PATH/openspec" starts one; then connect again.',
    },
  );
  server.registerTool(
    'review_change',
    {
      title: 'Review a change',
      description: 'Reviews an OpenSpec change by the rules, or every active one when none is named.',
      inputSchema: z.object({ change_id: z.string().optional().describe("the name of the change's folder") }),
      outputSchema: z.object({
        changes: z.array(z.string()),
        findings: z.array(findingSchema),
        summary: findingCountsSchema,
      }),
      annotations: reading,
    },
    answering({ server }, async ({ change_id: change }) => ({ ...(await review(change)) })),
  );
  return server;
}
