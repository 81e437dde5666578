import type { Question } from '../types/index.ts';
import type { BookIndex, QuestionBook } from './book.ts';
import { hasEnded, type QuestionSnapshot, toQuestion } from './view.ts';

export interface QuestionListOptions {
  /** a state, `all`, or nothing for those that still wait for an answer */
  state?: string;
  change?: string;
  thread?: string;
  /** those that this agent was asked, or says that it can answer */
  agentId?: string;
  /** 1 to 1000; larger is clamped, default 100 */
  limit?: number;
  cursor?: string;
}

export interface ListDeps {
  book: QuestionBook;
  read(id: string): Promise<QuestionSnapshot | undefined>;
  canAnswer?(agentId: string, question: Question): boolean | Promise<boolean>;
}

const defaultLimit = 100;
const maxLimit = 1000;

/** Walks the narrowest index and keeps what fits; `next_cursor` is there when the walk was not at its end. */
export async function listQuestions(
  options: QuestionListOptions,
  deps: ListDeps,
): Promise<{ items: Question[]; next_cursor?: string }> {
  const limit = Math.min(maxLimit, Math.max(1, Math.trunc(options.limit ?? defaultLimit)));
  const items: { question: Question; cursor: string }[] = [];
  for await (const batch of deps.book.walk(indexFor(options), options.cursor)) {
    const read = batch.map(async ({ id, cursor }) => ({ snapshot: await deps.read(id), cursor }));
    for (const { snapshot, cursor } of await Promise.all(read)) {
      if (snapshot === undefined || !(await fits(snapshot, options, deps))) continue;
      const last = items.at(-1);
      if (items.length === limit && last !== undefined) {
        return { items: items.map(({ question }) => question), next_cursor: last.cursor };
      }
      items.push({ question: toQuestion(snapshot), cursor });
    }
  }
  return { items: items.map(({ question }) => question) };
}

function indexFor({ state, change, thread }: QuestionListOptions): BookIndex {
  if (thread !== undefined) return { thread };
  if (change !== undefined) return { change };
  return state === undefined ? 'open' : 'all';
}

async function fits(
  snapshot: QuestionSnapshot,
  options: QuestionListOptions,
  deps: ListDeps,
): Promise<boolean> {
  const { input } = snapshot.context;
  const question = toQuestion(snapshot);
  const { state, change, thread, agentId } = options;
  if (state === undefined ? hasEnded(question.state) : state !== 'all' && state !== question.state)
    return false;
  if (change !== undefined && change !== input.change) return false;
  if (thread !== undefined && thread !== input.thread) return false;
  if (agentId === undefined || agentId === input.agentId) return true;
  if (input.agentId !== undefined) return false;
  return (await deps.canAnswer?.(agentId, question)) ?? false;
}
