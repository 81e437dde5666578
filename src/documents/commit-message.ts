import type { UpdateInput } from '../machines/document-update.ts';
import { authorName } from './approval-policy.ts';

const longestSubject = 72;

/** Subject: what was done to which document; body: why. */
export function commitMessage({ path, kind, reason, reverts }: UpdateInput): string {
  const name = path.replace(/^changes\//, '');
  const verb =
    reverts !== undefined ? 'Undo an edit of' : kind === 'answer' ? 'Answer a question in' : 'Edit';
  const subject = `${verb} ${name}`;
  const short = subject.length > longestSubject ? `${subject.slice(0, longestSubject - 1)}…` : subject;
  return `${short}\n\n${reason}`;
}

/** In the contract's names and order. */
export function trailersOf({ update, change, provenance, reverts }: UpdateInput): Record<string, string> {
  const trailers: Record<string, string | undefined> = {
    'Specloop-Update': update,
    'Specloop-Change': change,
    'Specloop-Question': provenance.question,
    'Specloop-Answered-By':
      provenance.answeredBy === undefined ? undefined : authorName({ author: provenance.answeredBy }),
    'Specloop-Model': provenance.model,
    'Specloop-Reverts': reverts,
  };
  const known: Record<string, string> = {};
  for (const [name, value] of Object.entries(trailers))
    if (value !== undefined && value !== '') known[name] = value;
  return known;
}
