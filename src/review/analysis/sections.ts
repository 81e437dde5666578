import { TerminalError } from '../../errors.ts';
import { type LmReady, sectionsFor, type TokenBudget } from '../../lmstudio/index.ts';
import { halves, type Passage, passagesOf } from './material.ts';
import { chosenReferences, type PromptSource, systemPrompt, userPrompt } from './prompt.ts';

/** The longest answer: eight findings, five questions and five edits fit well. */
const ANSWER_TOKENS = 2000;
/** What the specs in force may take of the context; the change itself goes first. */
const REFERENCE_SHARE = 0.2;

/** One call to the model: its passages, and its prompt. */
export interface Section {
  passages: Passage[];
  system: string;
  user: string;
}

/** How much a model can take, and how that is counted. */
export interface Room {
  ready: Pick<LmReady, 'model' | 'contextTokens'>;
  budget: TokenBudget;
}

/** Tokens that are kept free for the answer. */
export function answerTokens(room: Room): number {
  return Math.min(ANSWER_TOKENS, Math.floor(room.ready.contextTokens * 0.35));
}

/**
 * The calls that a change takes: one where all fits, else several, cut between documents first and at headings next.
 *
 * @throws TerminalError when the model's context is too small for any passage
 */
export function sectionsOf(source: PromptSource, room: Room): Section[] {
  const { contextTokens } = room.ready;
  const fits = (text: string) =>
    room.budget.estimate(text, room.ready.model) + answerTokens(room) <= contextTokens;
  if (!fits(systemPrompt(source.nonce) + ' '.repeat(1000))) {
    throw new TerminalError(
      `the context of "${room.ready.model}" is too small for a review (${contextTokens} tokens): load it with at least 4096`,
    );
  }
  return sectionsFor(passagesOf(source.change, source.nonce), {
    fits: (passages) => {
      const { system, user } = sectionOf(source, passages, room);
      return fits(system + user);
    },
    split: halves,
  }).map((passages) => sectionOf(source, passages, room));
}

/** Two smaller calls for one that proved too large; undefined when it is a single line. */
export function splitSection(
  source: PromptSource,
  section: Section,
  room: Room,
): [Section, Section] | undefined {
  const { passages } = section;
  const [first] = passages;
  if (first === undefined) return undefined;
  const middle = Math.ceil(passages.length / 2);
  const parts =
    passages.length > 1
      ? [passages.slice(0, middle), passages.slice(middle)]
      : halves(first)?.map((half) => [half]);
  const [left, right] = parts ?? [];
  if (left === undefined || right === undefined) return undefined;
  return [sectionOf(source, left, room), sectionOf(source, right, room)];
}

function sectionOf(source: PromptSource, passages: readonly Passage[], room: Room): Section {
  const forReferences = room.ready.contextTokens * REFERENCE_SHARE;
  const references = chosenReferences(
    source,
    passages,
    (text) => room.budget.estimate(text, room.ready.model) <= forReferences,
  );
  return {
    passages: [...passages],
    system: systemPrompt(source.nonce),
    user: userPrompt(source, passages, references),
  };
}
