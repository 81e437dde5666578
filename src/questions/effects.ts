import type { ActorClient, EffectDefinition } from '../actors/api.ts';
import type { AgentQuestion, AgentReply, AskOptions } from '../agents/index.ts';
import type { AskResult, Candidate, MatchResult, QuestionInput } from '../machines/index.ts';
import type { QuestionBook } from './book.ts';
import { entryOf } from './entry.ts';
import { findMatch } from './match.ts';

/** Who can be asked: the directory of agents. */
export interface AskedAgents {
  candidatesFor(question: AgentQuestion & { agentId?: string }): Promise<Candidate[]>;
  ask(agentId: string, question: AgentQuestion, options: AskOptions): Promise<AgentReply>;
}

export interface QuestionEffectsDeps {
  book: QuestionBook;
  actors: ActorClient;
  agents: AskedAgents;
  cacheTimeoutMs: number;
  /** the text of a document now, by its path relative to the root; undefined when it is gone */
  documentText(file: string): Promise<string | undefined>;
  nowMs?: () => number;
}

/** The work that the machine `question` asks for, by the names it uses. */
export interface QuestionEffects {
  recordQuestion: EffectDefinition<QuestionInput, { recorded: true }>;
  findMatch: EffectDefinition<QuestionInput, MatchResult>;
  routeQuestion: EffectDefinition<QuestionInput, { candidates: Candidate[] }>;
  askAgent: EffectDefinition<{ question: QuestionInput; agent: string }, AskResult>;
}

const queue = 'agents';

/** Builds the effects of questions. A call to an agent may be repeated; its idempotency key is the effect's id. */
export function questionEffects(deps: QuestionEffectsDeps): QuestionEffects {
  const { book, agents } = deps;
  const nowMs = deps.nowMs ?? Date.now;
  return {
    recordQuestion: {
      queue,
      async run(input) {
        await book.record(entryOf(input, deps.cacheTimeoutMs));
        return { recorded: true };
      },
    },
    findMatch: { queue, run: (input) => findMatch(input, { ...deps, nowMs }) },
    routeQuestion: {
      queue,
      run: async (input) => ({ candidates: await agents.candidatesFor(input) }),
    },
    askAgent: {
      queue,
      async run({ question, agent }, { effectId, signal }) {
        const reply = await agents.ask(agent, question, { idempotencyKey: effectId, signal });
        if (reply.kind === 'declined') return reply;
        return { kind: 'answered', answer: reply.answer, at: new Date(nowMs()).toISOString() };
      },
    },
  };
}
