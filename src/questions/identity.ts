import { createHash, randomBytes } from 'node:crypto';

/** What makes two questions the same question. */
export interface QuestionIdentity {
  text: string;
  change?: string;
  thread?: string;
  agentId?: string;
  context?: Record<string, string>;
}

/** The actor of a question. */
export function questionActor(id: string): string {
  return `question/${id}`;
}

/**
 * A question's words without what carries no meaning: white space, the mark at the end, the capital that a sentence
 * begins with. Nothing else: "IT" is not "it", and two texts that are merely similar are two questions.
 */
export function normalisedText(text: string): string {
  const words = text
    .normalize('NFC')
    .split(/\s/u)
    .filter((word) => word !== '');
  const [first = '', ...rest] = words;
  const joined = [sentenceCase(first) ? first.toLowerCase() : first, ...rest].join(' ');
  let end = joined.length;
  while (end > 0 && '?.!:… '.includes(joined.charAt(end - 1))) end -= 1;
  return end === 0 ? joined : joined.slice(0, end);
}

function sentenceCase(word: string): boolean {
  return word.slice(1) === word.slice(1).toLowerCase() && word.length > 1;
}

/**
 * The id of a question. In a change it follows from the words, so that no two of one change have the same text;
 * elsewhere from the asker's idempotency key, so that a retry asks once; else it cannot be guessed.
 */
export function questionId(identity: {
  text: string;
  change?: string;
  askedBy: string;
  idempotencyKey?: string;
}): string {
  const { change, askedBy, idempotencyKey } = identity;
  if (change !== undefined) return `q-${digest(['change', change, normalisedText(identity.text)])}`;
  if (idempotencyKey !== undefined) return `q-${digest(['key', askedBy, idempotencyKey])}`;
  return `q-${randomBytes(10).toString('hex')}`;
}

/** Equal exactly for questions that one answer serves: same words, change, thread, agent and context. */
export function twinKey(identity: QuestionIdentity): string {
  const context = Object.entries(identity.context ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const { change = null, thread = null, agentId = null } = identity;
  return digest([change, thread, agentId, context, normalisedText(identity.text)]);
}

function digest(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20);
}
