import type { Redis } from 'ioredis';
import type { ActorClient } from '../actors/api.ts';
import { ConflictError, UserError } from '../errors.ts';
import { type QuestionInput, questionMachine } from '../machines/index.ts';
import type { Answer, Question, QuestionState } from '../types/index.ts';
import { type Ask, inputOf } from './ask.ts';
import { QuestionBook } from './book.ts';
import { entryOf } from './entry.ts';
import { questionActor } from './identity.ts';
import { answerKey, openForPeople } from './inbox.ts';
import { listQuestions, type QuestionListOptions } from './list.ts';
import { hasEnded, type QuestionSnapshot, topState, toQuestion } from './view.ts';

export interface QuestionRouterOptions {
  actors: ActorClient;
  redis: Redis;
  /** the prefix of every key */
  ns: string;
  cacheTimeoutMs: number;
  /** how many questions people are asked at a time */
  maxOpenForPeople: number;
  /** false for a change that is absent or archived: its questions take nobody's place */
  changeIsActive(change: string): boolean | Promise<boolean>;
  /** whether a registered agent says that it can answer this; decides what `list({ agentId })` shows it */
  canAnswer?(agentId: string, question: Question): boolean | Promise<boolean>;
}

/** Why a question was cancelled whose document no longer asks it: it may be asked anew when the document does. */
export const WITHDRAWN = 'the document no longer asks it';

/**
 * Takes questions from anyone, and answers from anyone. It keeps nothing in memory: a question is a durable actor, the
 * book in Redis only finds it again.
 */
export class QuestionRouter {
  readonly book: QuestionBook;
  readonly #options: QuestionRouterOptions;

  constructor(options: QuestionRouterOptions) {
    this.#options = options;
    this.book = new QuestionBook(options.redis, options.ns);
  }

  /** Asks; returns the question's id at once. With `agentId` that agent is asked, else whoever can answer. */
  async askQuestion(question: string, agentId?: string): Promise<string> {
    const asked = await this.ask({ question, askedBy: 'api', ...(agentId !== undefined && { agentId }) });
    return asked.id;
  }

  /** Every question that still waits for an answer, newest first. */
  async getPendingQuestions(): Promise<Question[]> {
    const { items } = await this.list({ limit: 1000 });
    return items;
  }

  /** Answers as a person. Throws `UserError` for an unknown id, `ConflictError` when it takes no answer any more. */
  async submitAnswer(questionId: string, answer: string): Promise<void> {
    const { accepted, question } = await this.answer(questionId, {
      text: answer,
      by: 'person',
      kind: 'person',
    });
    if (!accepted) throw new ConflictError(`question ${questionId} is ${question.state}: it takes no answer`);
  }

  /** Asks once: the same words in the same change, or the same idempotency key, are the same question. */
  async ask(request: Ask): Promise<Question> {
    const input = await this.#asNew(inputOf(request));
    await this.book.record(entryOf(input, this.#options.cacheTimeoutMs));
    await this.#options.actors.start('question', questionActor(input.question), input);
    return (await this.get(input.question)) ?? justAsked(input);
  }

  async get(id: string): Promise<Question | undefined> {
    const snapshot = await this.#snapshot(id);
    if (snapshot === undefined) return undefined;
    const question = toQuestion(snapshot);
    if (question.state !== 'escalated') return question;
    const open = await this.openForPeople();
    return { ...question, open_for_people: open.some((other) => other.id === id) };
  }

  /** The question as soon as it ends, or as it stands after `waitMs`. */
  async wait(id: string, options: { waitMs: number; signal?: AbortSignal }): Promise<Question | undefined> {
    const { waitMs: timeoutMs, signal } = options;
    if (timeoutMs > 0 && (await this.#snapshot(id)) !== undefined) {
      const ended = ({ state, status }: { state: string; status: string }) =>
        status !== 'active' || state === 'expired';
      await this.#options.actors.waitFor(questionActor(id), ended, {
        timeoutMs,
        ...(signal !== undefined && { signal }),
      });
    }
    return await this.get(id);
  }

  /** Open ones unless a state is named (`all` for every one); newest first. */
  async list(options: QuestionListOptions = {}): Promise<{ items: Question[]; next_cursor?: string }> {
    const { canAnswer } = this.#options;
    const page = await listQuestions(options, {
      book: this.book,
      read: (id) => this.#read(id),
      ...(canAnswer !== undefined && { canAnswer }),
    });
    const open = new Set((await this.openForPeople()).map(({ id }) => id));
    const mark = (question: Question) =>
      question.state === 'escalated' ? { ...question, open_for_people: open.has(question.id) } : question;
    return { ...page, items: page.items.map(mark) };
  }

  /** Gives an answer; refused only where one stands already, or the question was cancelled. */
  async answer(id: string, answer: Answer): Promise<{ accepted: boolean; question: Question }> {
    const event = { type: 'ANSWER', answer, at: new Date().toISOString() };
    const { verdict } = await this.#options.actors.send(questionActor(id), event, { key: answerKey(answer) });
    const question = verdict === 'absent' ? undefined : await this.get(id);
    if (question === undefined) throw unknownQuestion(id);
    const stands = question.answer === answer.text && question.answered_by === answer.by;
    // A retry of the answer that stands is no second answer.
    return { accepted: verdict === 'applied' || stands, question };
  }

  async cancel(id: string, why: string): Promise<Question> {
    const event = { type: 'CANCEL', why };
    const { verdict } = await this.#options.actors.send(questionActor(id), event);
    const question = verdict === 'absent' ? undefined : await this.get(id);
    if (question === undefined) throw unknownQuestion(id);
    if (question.state !== 'cancelled') {
      throw new ConflictError(`question ${id} is ${question.state}: it cannot be cancelled`);
    }
    return question;
  }

  /** Conversations, last used first. */
  async threads(): Promise<{ id: string; questions: number; last_at: string }[]> {
    const threads = await this.book.threads(1000);
    return threads.map(({ id, questions, lastAtMs }) => ({
      id,
      questions,
      last_at: new Date(lastAtMs).toISOString(),
    }));
  }

  /** A conversation with its questions, oldest first; undefined when nothing was ever asked in it. */
  async thread(id: string): Promise<{ id: string; questions: Question[] } | undefined> {
    const { items } = await this.list({ state: 'all', thread: id, limit: 1000 });
    return items.length === 0 ? undefined : { id, questions: items.reverse() };
  }

  /** What people are asked now: the first few of the escalated ones, those of the documents first, then by worth. */
  async openForPeople(limit = this.#options.maxOpenForPeople): Promise<Question[]> {
    const inputs = await openForPeople({
      book: this.book,
      read: (id) => this.#read(id),
      changeIsActive: this.#options.changeIsActive,
    });
    return inputs.slice(0, limit).map((snapshot) => ({ ...toQuestion(snapshot), open_for_people: true }));
  }

  /**
   * A question that its document took back and asks again is a new one: a cancelled question listens no more. The old one
   * leaves its change, so that no two of one change have the same text. What a person cancelled stays cancelled.
   */
  async #asNew(input: QuestionInput): Promise<QuestionInput> {
    const { change } = input;
    if (change === undefined) return input;
    for (let again = 1; ; again += 1) {
      const question = again === 1 ? input.question : `${input.question}-${again}`;
      const before = await this.#snapshot(question);
      const takenBack = before?.context.noAnswerReason === WITHDRAWN && topState(before) === 'cancelled';
      if (!takenBack) return { ...input, question };
      await this.book.leaveChange(question, change);
    }
  }

  /** Reads a question, and strikes it out of the open ones once it has ended. */
  async #read(id: string): Promise<QuestionSnapshot | undefined> {
    const snapshot = await this.#snapshot(id);
    if (snapshot !== undefined && hasEnded(topState(snapshot))) await this.book.close(id);
    return snapshot;
  }

  async #snapshot(id: string): Promise<QuestionSnapshot | undefined> {
    const found = await this.#options.actors.snapshot(questionMachine, questionActor(id));
    return found?.snapshot;
  }
}

function unknownQuestion(id: string): UserError {
  return new UserError('There is no such question', {
    which: id,
    next: 'specloop questions lists the open ones',
    code: 'not-found',
  });
}

/** What an asker is told when the actor is not to be read yet. */
function justAsked(input: QuestionInput): Question {
  const state: QuestionState = 'asked';
  return { id: input.question, text: input.text, state, asked_by: input.askedBy, asked_at: input.askedAt };
}
