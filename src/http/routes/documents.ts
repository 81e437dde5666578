import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { editSchema, historyEntrySchema, updateSchema } from '../../types/index.ts';
import { get, notFound, post, type Route } from '../route.ts';
import { documentSchema, pageOf } from '../schemas.ts';

const pathQuery = z.object({ path: z.string().min(1) });

const updateBody = z.object({
  path: z.string().min(1),
  edits: z.array(editSchema).min(1).exactOptional(),
  content: z.string().exactOptional(),
  sections: z.record(z.string(), z.string()).exactOptional(),
  reason: z.string().min(1),
  author: z.string().min(1).exactOptional(),
});

/** Documents, by their path relative to the root. */
export const documents: Route[] = [
  get({
    path: '/api/documents',
    summary: 'A document as it stands on disk',
    query: pathQuery,
    response: documentSchema,
    async handle({ workflow, query }) {
      const document = await workflow.readDocument(query.path);
      if (document === undefined) throw notFound('document', query.path, '/api/changes/ID');
      return document;
    },
  }),

  post({
    path: '/api/documents/update',
    summary: 'Propose an update of a document, by edits, by sections or by its whole content',
    body: updateBody,
    response: pageOf(updateSchema),
    status: 202,
    async handle({ workflow, body: { author, ...request }, person }) {
      const given = [request.edits, request.content, request.sections].filter((way) => way !== undefined);
      if (given.length !== 1) {
        throw new UserError('an update is given by exactly one of edits, content and sections', {
          code: 'usage',
        });
      }
      // Programs send these too, under any name: whoever it was, a person's yes comes by its own route.
      const by = { author: author ?? person, authorKind: 'agent' as const };
      return { items: await workflow.updateDocumentWith({ ...request, ...by }) };
    },
  }),

  get({
    path: '/api/documents/history',
    summary: 'What specloop wrote into a document, newest first',
    query: pathQuery,
    response: pageOf(historyEntrySchema),
    handle: ({ workflow, query }) => workflow.documentHistory(query.path),
  }),
];
