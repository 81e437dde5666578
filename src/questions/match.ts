import type { ActorClient } from '../actors/api.ts';
import { type MatchResult, type QuestionInput, questionMachine } from '../machines/index.ts';
import type { Answer } from '../types/index.ts';
import type { QuestionBook } from './book.ts';
import { entryOf } from './entry.ts';
import { questionActor } from './identity.ts';
import { type QuestionSnapshot, topState } from './view.ts';

export interface MatchDeps {
  book: QuestionBook;
  actors: ActorClient;
  /** how long an answer is served again */
  cacheTimeoutMs: number;
  /** the text of a document now, by its path relative to the root; undefined when it is gone */
  documentText(file: string): Promise<string | undefined>;
  nowMs(): number;
}

/**
 * Has the same question been answered, or is it being asked? Twins are walked in the order of their row: one that ended
 * well and lately answers for this one; the first that is still under way leads it; the others are of no use any more.
 * A question follows only those before it, so nobody follows in a circle.
 */
export async function findMatch(input: QuestionInput, deps: MatchDeps): Promise<MatchResult> {
  const { book, actors, cacheTimeoutMs } = deps;
  const own = entryOf(input, cacheTimeoutMs);
  for (const twin of await book.twinsBefore(own)) {
    const matched = await useOf(twin, input.question, deps);
    if (matched === 'useless') await book.forgetTwin(own.twinKey, twin);
    else if (matched !== 'not now') return matched;
  }
  return { kind: 'none' };

  async function useOf(
    twin: string,
    follower: string,
    { documentText, nowMs }: MatchDeps,
  ): Promise<MatchResult | 'useless' | 'not now'> {
    const found = await actors.snapshot(questionMachine, questionActor(twin));
    if (found === undefined) return 'useless';
    switch (topState(found.snapshot)) {
      case 'cancelled':
        return 'useless';
      case 'expired':
        return 'not now';
      case 'answered':
        return await served(found.snapshot, { documentText, nowMs });
      default:
        return await follow(twin, follower);
    }
  }

  /** The leader learns who follows before the follower waits; one that ended in the meantime is looked at again. */
  async function follow(leader: string, follower: string): Promise<MatchResult | 'useless' | 'not now'> {
    const event = { type: 'FOLLOW', follower: questionActor(follower) };
    const { verdict, state } = await actors.send(questionActor(leader), event, {
      key: `follow.${follower}`,
    });
    const underWay = (verdict === 'applied' || verdict === 'duplicate') && !ends.includes(state);
    if (underWay) return { kind: 'twin', leader: questionActor(leader) };
    const found = await actors.snapshot(questionMachine, questionActor(leader));
    if (found === undefined || topState(found.snapshot) !== 'answered') return 'not now';
    return await served(found.snapshot, deps);
  }

  async function served(
    snapshot: QuestionSnapshot,
    { documentText, nowMs }: Pick<MatchDeps, 'documentText' | 'nowMs'>,
  ): Promise<MatchResult | 'useless'> {
    const { answer, answeredAt } = snapshot.context;
    // What was served from memory is not remembered again: its original says how long it holds.
    if (answer === null || answer.kind === 'cache') return 'useless';
    if (nowMs() - Date.parse(answeredAt) > cacheTimeoutMs) return 'useless';
    if (!(await stillStands(answer, documentText))) return 'useless';
    return { kind: 'cached', answer: { ...answer, kind: 'cache' }, at: answeredAt };
  }
}

const ends = ['answered', 'cancelled', 'expired'];

/** True while every line that the archivist quotes stands in its file, wherever other edits have moved it to. */
async function stillStands(answer: Answer, documentText: MatchDeps['documentText']): Promise<boolean> {
  if (answer.kind !== 'archivist') return true;
  for (const source of answer.sources ?? []) {
    const text = await documentText(source.slice(0, source.lastIndexOf(':')));
    if (text === undefined || !withoutReturns(text).includes(withoutReturns(answer.text))) return false;
  }
  return true;
}

function withoutReturns(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
