import { createHash } from 'node:crypto';
import type { Answer } from '../types/index.ts';
import type { QuestionBook } from './book.ts';
import { byNeed } from './people.ts';
import { type QuestionSnapshot, topState } from './view.ts';

export interface InboxDeps {
  book: QuestionBook;
  read(id: string): Promise<QuestionSnapshot | undefined>;
  changeIsActive(change: string): boolean | Promise<boolean>;
}

/** Every escalated question that a person could be asked, in the order in which people should be. */
export async function openForPeople(deps: InboxDeps): Promise<QuestionSnapshot[]> {
  const waiting: QuestionSnapshot[] = [];
  for await (const batch of deps.book.walk('open')) {
    const snapshots = await Promise.all(batch.map(({ id }) => deps.read(id)));
    for (const snapshot of snapshots) {
      if (snapshot === undefined || topState(snapshot) !== 'escalated') continue;
      const { change } = snapshot.context.input;
      if (change === undefined || (await deps.changeIsActive(change))) waiting.push(snapshot);
    }
  }
  return waiting.sort((a, b) => byNeed(a.context.input, b.context.input));
}

/** The same words of the same author are one answer, however often a retry sends them. */
export function answerKey(answer: Answer): string {
  return createHash('sha256')
    .update(JSON.stringify([answer.by, answer.text]))
    .digest('hex')
    .slice(0, 20);
}
