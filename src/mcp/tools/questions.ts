import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { type Question, questionSchema, questionStateSchema } from '../../types/index.ts';
import { answering } from '../call.ts';
import type { Face } from '../face.ts';
import { cursor, limit, reading, writing } from './shapes.ts';

const waitMs = z
  .number()
  .int()
  .min(0)
  .max(50_000)
  .default(0)
  .describe('wait up to this many milliseconds for the answer; call get_answer again when it has not come');

const outcomeSchema = z.object({
  question_id: z.string(),
  state: questionStateSchema,
  answer: z.string().optional(),
  answered_by: z.string().optional(),
  confidence: z.number().optional(),
  sources: z.array(z.string()).optional(),
  late: z.boolean().optional(),
  no_answer_reason: z.string().optional(),
});

const contextSchema = z
  .union([z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))])
  .describe('what one must know to answer: a text, or names with values');

/** `ask_question`, `get_answer`, `list_questions`, `submit_answer`. */
export function addQuestionTools(face: Face): void {
  addAsking(face);
  addAnswering(face);
}

function addAsking(face: Face): void {
  const { server, workflow } = face;
  server.registerTool(
    'ask_question',
    {
      title: 'Ask a question',
      description:
        'Asks whoever can answer: the documents first, then agents, then a person. Returns an id at once (or the answer, with wait_ms); get_answer fetches the answer, however long it takes.',
      inputSchema: z.object({
        question: z.string().min(1).max(8000),
        context: contextSchema.optional(),
        agent_id: z.string().optional().describe('ask this agent, and else a person'),
        thread_id: z.string().optional().describe('the conversation it belongs to'),
        priority: z.number().min(0).max(1).optional().describe('what an answer is worth, 0 to 1'),
        deadline_ms: z.number().int().positive().optional(),
        wait_ms: waitMs,
        idempotency_key: z.string().min(1).max(200).optional().describe('the same key asks once'),
      }),
      outputSchema: outcomeSchema,
      annotations: { ...writing, idempotentHint: false, openWorldHint: true },
    },
    answering(face, async (args, call) => {
      const asked = await workflow.ask({
        question: args.question,
        askedBy: call.client,
        ...(args.context !== undefined && { context: contextOf(args.context) }),
        ...(args.agent_id !== undefined && { agentId: args.agent_id }),
        ...(args.thread_id !== undefined && { threadId: args.thread_id }),
        ...(args.priority !== undefined && { priority: args.priority }),
        ...(args.deadline_ms !== undefined && { deadlineMs: args.deadline_ms }),
        ...(args.idempotency_key !== undefined && { idempotencyKey: args.idempotency_key }),
      });
      if (args.wait_ms === 0) return outcome(asked);
      const { id } = asked;
      const waited = await call.waiting('waiting for an answer', () =>
        workflow.getQuestion(id, { waitMs: args.wait_ms, signal: call.signal }),
      );
      return outcome(waited ?? asked);
    }),
  );
  server.registerTool(
    'get_answer',
    {
      title: 'Get an answer',
      description: 'The answer to a question, or where it stands and why there is none yet.',
      inputSchema: z.object({ question_id: z.string(), wait_ms: waitMs }),
      outputSchema: outcomeSchema,
      annotations: reading,
    },
    answering(face, async ({ question_id: id, wait_ms: wait }, call) => {
      const question = await call.waiting('waiting for an answer', () =>
        workflow.getQuestion(id, { waitMs: wait, signal: call.signal }),
      );
      if (question === undefined) throw unknownQuestion(id);
      return outcome(question);
    }),
  );
}

function addAnswering(face: Face): void {
  const { server, workflow } = face;
  server.registerTool(
    'list_questions',
    {
      title: 'List questions',
      description: 'Questions, newest first: the open ones, unless a state is named.',
      inputSchema: z.object({
        state: questionStateSchema.or(z.literal('all')).optional(),
        agent_id: z.string().optional().describe('those that this agent was asked, or says it can answer'),
        limit,
        cursor,
      }),
      outputSchema: z.object({ questions: z.array(questionSchema), next_cursor: z.string().optional() }),
      annotations: reading,
    },
    answering(face, async (args) => {
      const page = await workflow.listQuestions({
        limit: args.limit,
        ...(args.state !== undefined && { state: args.state }),
        ...(args.agent_id !== undefined && { agentId: args.agent_id }),
        ...(args.cursor !== undefined && { cursor: args.cursor }),
      });
      return {
        questions: page.items,
        ...(page.next_cursor !== undefined && { next_cursor: page.next_cursor }),
      };
    }),
  );
  server.registerTool(
    'submit_answer',
    {
      title: 'Answer a question',
      description:
        'Gives an answer. It is taken in every state but answered and cancelled, an expired question included.',
      inputSchema: z.object({
        question_id: z.string(),
        answer: z.string().min(1).max(100_000),
        agent_id: z.string().optional().describe('who answers; need not be registered'),
        confidence: z.number().min(0).max(1).optional(),
        sources: z.array(z.string()).max(100).optional(),
      }),
      outputSchema: z.object({ accepted: z.boolean(), state: questionStateSchema }),
      annotations: { ...writing, idempotentHint: true },
    },
    answering(face, async (args, call) => {
      const { accepted, question } = await workflow.answerQuestion(args.question_id, {
        text: args.answer,
        by: args.agent_id ?? call.client,
        // An agent's words wait for a person before they are written; only a client that speaks for one is one.
        kind: face.speaksForPerson(call.client) ? 'person' : 'agent',
        ...(args.confidence !== undefined && { confidence: args.confidence }),
        ...(args.sources !== undefined && { sources: args.sources }),
      });
      return { accepted, state: question.state };
    }),
  );
}

function contextOf(context: z.infer<typeof contextSchema>): Record<string, string> {
  if (typeof context === 'string') return { text: context };
  return Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)]));
}

function outcome(question: Question): z.infer<typeof outcomeSchema> {
  const { id, state, answer, answered_by, confidence, sources, late, no_answer_reason } = question;
  return { question_id: id, state, answer, answered_by, confidence, sources, late, no_answer_reason };
}

function unknownQuestion(id: string): UserError {
  return new UserError('There is no such question', {
    which: id,
    next: 'list_questions shows the open ones',
    code: 'not-found',
  });
}
