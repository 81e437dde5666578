import { z } from 'zod';
import { ConflictError, UserError } from '../../errors.ts';
import { editSchema, historyEntrySchema, updateSchema } from '../../types/index.ts';
import { answering } from '../call.ts';
import type { Face } from '../face.ts';
import { reading, writing } from './shapes.ts';

const path = z.string().min(1).max(1000).describe('relative to the OpenSpec root');

/** How long the tools that change an update wait for its end: inside the minute that clients give a call. */
const finalWithinMs = 45_000;

/** `read_document`, `update_document`, `get_change_history`, `approve_update`, `reject_update`, `undo_update`. */
export function addDocumentTools(face: Face): void {
  addReading(face);
  addWriting(face);
  addDecisions(face);
}

function addReading(face: Face): void {
  const { server, workflow } = face;
  server.registerTool(
    'read_document',
    {
      title: 'Read a document',
      description: 'The text of a document of the OpenSpec folder, as it stands now.',
      inputSchema: z.object({ path }),
      outputSchema: z.object({ path: z.string(), text: z.string(), hash: z.string() }),
      annotations: reading,
    },
    answering(face, async (args) => {
      const document = await workflow.readDocument(args.path);
      if (document !== undefined) return { ...document };
      throw new UserError('There is no such document', { which: args.path, code: 'not-found' });
    }),
  );
  server.registerTool(
    'get_change_history',
    {
      title: 'History of a document',
      description: 'Every update of a document: when, by whom, on what it rests; newest first.',
      inputSchema: z.object({ path }),
      outputSchema: z.object({ entries: z.array(historyEntrySchema) }),
      annotations: reading,
    },
    answering(face, async (args) => ({ entries: (await workflow.documentHistory(args.path)).items })),
  );
}

function addWriting(face: Face): void {
  const { server, workflow } = face;
  server.registerTool(
    'update_document',
    {
      title: 'Propose an update of a document',
      description:
        'Proposes edits with exact anchors, whole content, or new bodies of sections. They are tried on a copy and validated; what passes is written or waits for a person, and can be undone.',
      inputSchema: z
        .object({
          path,
          edits: z.array(editSchema).min(1).max(200).optional(),
          content: z.string().max(1_000_000).optional(),
          sections: z
            .record(z.string(), z.string())
            .optional()
            .describe('section titles with their new body'),
          reason: z.string().min(1).max(2000),
        })
        .refine(({ edits, content, sections }) => [edits, content, sections].filter(Boolean).length === 1, {
          message: 'give exactly one of edits, content and sections',
        }),
      outputSchema: z.object({ updates: z.array(updateSchema) }),
      annotations: writing,
    },
    answering(face, async (args, call) => ({
      updates: await workflow.updateDocumentWith({
        path: args.path,
        reason: args.reason,
        author: call.client,
        authorKind: 'agent',
        ...(args.edits !== undefined && { edits: args.edits }),
        ...(args.content !== undefined && { content: args.content }),
        ...(args.sections !== undefined && { sections: args.sections }),
      }),
    })),
  );
}

function addDecisions(face: Face): void {
  const { server, workflow } = face;
  const hunks = z
    .array(z.number().int().min(1))
    .min(1)
    .optional()
    .describe('only these hunks, counted from 1 in the order that the update lists them');
  server.registerTool(
    'approve_update',
    {
      title: 'Approve an update',
      description: "A person's yes. Refused unless the configuration lets this client speak for a person.",
      inputSchema: z.object({ update_id: z.string(), hunks }),
      outputSchema: updateSchema,
      annotations: { ...writing, destructiveHint: true },
    },
    answering(face, async (args, call) => {
      mustSpeakForPerson(face, call.client);
      const update = await workflow.approveUpdate(args.update_id, {
        by: call.client,
        waitMs: finalWithinMs,
        ...(args.hunks !== undefined && { hunks: args.hunks }),
      });
      return { ...update };
    }),
  );
  server.registerTool(
    'reject_update',
    {
      title: 'Reject an update',
      description: "A person's no. Refused unless the configuration lets this client speak for a person.",
      inputSchema: z.object({ update_id: z.string(), why: z.string().min(1).max(2000) }),
      outputSchema: updateSchema,
      annotations: { ...writing, destructiveHint: true },
    },
    answering(face, async (args, call) => {
      mustSpeakForPerson(face, call.client);
      return { ...(await workflow.rejectUpdate(args.update_id, { why: args.why, waitMs: finalWithinMs })) };
    }),
  );
  server.registerTool(
    'undo_update',
    {
      title: 'Undo an update',
      description:
        "Brings back what stood there before; answers the update that reverts it. A person's decision: refused unless the configuration lets this client speak for a person.",
      inputSchema: z.object({ update_id: z.string() }),
      outputSchema: updateSchema,
      annotations: { ...writing, destructiveHint: true },
    },
    answering(face, async (args, call) => {
      mustSpeakForPerson(face, call.client);
      return { ...(await workflow.undoUpdate(args.update_id, { by: call.client, waitMs: finalWithinMs })) };
    }),
  );
}

function mustSpeakForPerson(face: Face, client: string): void {
  if (face.speaksForPerson(client)) return;
  throw new ConflictError(
    `${client} may not decide for a person: approve, reject or undo in the dashboard or with specloop approve, reject or undo`,
  );
}
