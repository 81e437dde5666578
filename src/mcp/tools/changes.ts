import { z } from 'zod';
import { UserError } from '../../errors.ts';
import {
  type ChangeDetail,
  changeDetailSchema,
  changeStateSchema,
  changeSummarySchema,
} from '../../types/index.ts';
import type { WorkflowApi } from '../../workflow/api.ts';
import { answering } from '../call.ts';
import type { Face } from '../face.ts';
import { cursor, limit, reading, writing } from './shapes.ts';

/** `review_change`, `get_change`, `list_changes`. */
export function addChangeTools(face: Face): void {
  const { server, workflow } = face;
  server.registerTool(
    'review_change',
    {
      title: 'Review a change',
      description:
        'Starts a new round of review of an OpenSpec change and returns it as it stands; with wait_ms, when the round is over.',
      inputSchema: z.object({
        change_id: z.string().describe("the name of the change's folder"),
        wait_ms: z.number().int().min(0).max(50_000).default(0),
      }),
      outputSchema: changeDetailSchema,
      annotations: writing,
    },
    answering(face, async ({ change_id: id, wait_ms: timeoutMs }, call) => {
      await existing(workflow, id);
      const over = timeoutMs === 0 ? undefined : roundOver(workflow, { id, timeoutMs, signal: call.signal });
      await workflow.processChange(id);
      if (over !== undefined) await call.waiting('reviewing', () => over);
      return { ...(await existing(workflow, id)) };
    }),
  );
  server.registerTool(
    'get_change',
    {
      title: 'Get a change',
      description: 'A change with its findings, questions and updates.',
      inputSchema: z.object({ change_id: z.string() }),
      outputSchema: changeDetailSchema,
      annotations: reading,
    },
    answering(face, async ({ change_id: id }) => ({ ...(await existing(workflow, id)) })),
  );
  server.registerTool(
    'list_changes',
    {
      title: 'List changes',
      description: 'The active changes, newest first, or those in a state.',
      inputSchema: z.object({ state: changeStateSchema.or(z.literal('all')).optional(), limit, cursor }),
      outputSchema: z.object({ changes: z.array(changeSummarySchema), next_cursor: z.string().optional() }),
      annotations: reading,
    },
    answering(face, async (args) => {
      const page = await workflow.listChanges({
        limit: args.limit,
        ...(args.state !== undefined && { state: args.state }),
        ...(args.cursor !== undefined && { cursor: args.cursor }),
      });
      return {
        changes: page.items,
        ...(page.next_cursor !== undefined && { next_cursor: page.next_cursor }),
      };
    }),
  );
}

async function existing(workflow: WorkflowApi, id: string): Promise<ChangeDetail> {
  const change = await workflow.getChange(id);
  if (change !== undefined) return change;
  throw new UserError('There is no such change', {
    which: id,
    next: 'list_changes shows the active ones',
    code: 'not-found',
  });
}

const restStates = ['settled', 'failed', 'absent', 'archived'];

/** Resolves when the change next comes to rest, or the time is up. It listens from the moment of the call. */
async function roundOver(
  workflow: WorkflowApi,
  { id, timeoutMs, signal }: { id: string; timeoutMs: number; signal: AbortSignal },
): Promise<void> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    for await (const event of workflow.events({ signal: limited })) {
      const ours = event.machine === 'change' && event.actor.slice(event.actor.indexOf('/') + 1) === id;
      if (ours && restStates.includes(event.to)) return;
    }
  } catch (error) {
    if (!limited.aborted) throw error;
  }
}
