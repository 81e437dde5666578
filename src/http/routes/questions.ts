import { z } from 'zod';
import { placeSchema, questionSchema, updateSchema } from '../../types/index.ts';
import { listQuery, waitMs } from '../query.ts';
import { get, noQuery, notFound, post, type Route } from '../route.ts';
import { pageOf, threadSchema, threadSummarySchema } from '../schemas.ts';

const askBody = z.object({
  question: z.string().min(1),
  context: z.record(z.string(), z.string()).exactOptional(),
  agent_id: z.string().exactOptional(),
  thread_id: z.string().exactOptional(),
  change: z.string().exactOptional(),
  places: z.array(placeSchema).exactOptional(),
  priority: z.number().exactOptional(),
  deadline_ms: z.number().int().min(1).exactOptional(),
  asked_by: z.string().min(1).exactOptional(),
  idempotency_key: z.string().min(1).exactOptional(),
  wait_ms: waitMs.exactOptional(),
});

const answerBody = z.object({
  answer: z.string().trim().min(1),
  /** a person's name; with `agent_id` the answer counts as that agent's */
  by: z.string().min(1).exactOptional(),
  agent_id: z.string().min(1).exactOptional(),
  confidence: z.number().min(0).max(1).exactOptional(),
  sources: z.array(z.string()).exactOptional(),
  /** how long to wait for the update that writes it into the document that asked */
  wait_ms: waitMs.default(30_000),
});

/** Questions, their answers, and the threads they stand in. */
export const questions: Route[] = [
  get({
    path: '/api/questions',
    summary: 'Questions, newest first; `state`, `agent_id` and `change` narrow',
    query: listQuery.extend({ agent_id: z.string().exactOptional(), change: z.string().exactOptional() }),
    response: pageOf(questionSchema),
    handle: ({ workflow, query: { agent_id: agentId, ...options } }) =>
      workflow.listQuestions(agentId === undefined ? options : { ...options, agentId }),
  }),

  post({
    path: '/api/questions',
    summary: 'Ask a question; `wait_ms` waits for the answer',
    body: askBody,
    response: questionSchema,
    status: 201,
    async handle({ workflow, body, signal, idempotencyKey, person }) {
      const key = body.idempotency_key ?? idempotencyKey;
      const asked = await workflow.ask({
        question: body.question,
        askedBy: body.asked_by ?? person,
        ...(body.context === undefined ? {} : { context: body.context }),
        ...(body.agent_id === undefined ? {} : { agentId: body.agent_id }),
        ...(body.thread_id === undefined ? {} : { threadId: body.thread_id }),
        ...(body.change === undefined ? {} : { change: body.change }),
        ...(body.places === undefined ? {} : { places: body.places }),
        ...(body.priority === undefined ? {} : { priority: body.priority }),
        ...(body.deadline_ms === undefined ? {} : { deadlineMs: body.deadline_ms }),
        ...(key === undefined ? {} : { idempotencyKey: key }),
      });
      if (body.wait_ms === undefined || body.wait_ms === 0) return asked;
      return (await workflow.getQuestion(asked.id, { waitMs: body.wait_ms, signal })) ?? asked;
    },
  }),

  get({
    path: '/api/questions/:id',
    summary: 'A question; `wait_ms` waits for its end',
    query: z.object({ wait_ms: waitMs.default(0) }),
    response: questionSchema,
    async handle({ workflow, id, query, signal }) {
      const question = await workflow.getQuestion(id, { waitMs: query.wait_ms, signal });
      if (question === undefined) throw notFound('question', id, '/api/questions');
      return question;
    },
  }),

  post({
    path: '/api/questions/:id/answer',
    summary: 'Answer a question; accepted in every state but answered and cancelled',
    body: answerBody,
    response: z.object({ accepted: z.boolean(), question: questionSchema, update: updateSchema.optional() }),
    handle: ({ workflow, id, body, person }) =>
      workflow.answerQuestion(
        id,
        {
          text: body.answer,
          by: body.agent_id ?? body.by ?? person,
          kind: body.agent_id === undefined ? 'person' : 'agent',
          ...(body.confidence === undefined ? {} : { confidence: body.confidence }),
          ...(body.sources === undefined ? {} : { sources: body.sources }),
        },
        { waitMs: body.wait_ms },
      ),
  }),

  post({
    path: '/api/questions/:id/cancel',
    summary: 'Withdraw a question',
    body: z.object({ why: z.string().default('withdrawn') }),
    response: questionSchema,
    handle: ({ workflow, id, body }) => workflow.cancelQuestion(id, body.why),
  }),

  get({
    path: '/api/threads',
    summary: 'Threads of questions, newest first',
    query: noQuery,
    response: pageOf(threadSummarySchema),
    handle: ({ workflow }) => workflow.listThreads(),
  }),

  get({
    path: '/api/threads/:id',
    summary: 'The questions of a thread',
    query: noQuery,
    response: threadSchema,
    async handle({ workflow, id }) {
      const thread = await workflow.getThread(id);
      if (thread === undefined) throw notFound('thread', id, '/api/threads');
      return thread;
    },
  }),
];
