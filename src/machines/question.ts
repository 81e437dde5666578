import { assign, enqueueActions, setup } from 'xstate';
import { toError } from '../errors.ts';
import type { Answer, Place, QuestionState } from '../types/index.ts';
import { actorAt, effect } from './effect.ts';

/** A question, from whoever asked to whoever can answer. */
export interface QuestionInput {
  question: string;
  text: string;
  askedBy: string;
  askedAt: string;
  /** the actor that is told of every end: a change */
  asker?: string;
  change?: string;
  places?: Place[];
  thread?: string;
  why?: string;
  options?: string[];
  recommended?: string;
  context?: Record<string, string>;
  /** ask this agent first and alone; a person stays the last rung */
  agentId?: string;
  /** how much an answer is worth, 0 to 1: orders what people are asked */
  worth?: number;
  deadlineMs?: number;
}

/** One agent that was considered, and why. */
export interface Candidate {
  agent: string;
  kind: 'archivist' | 'agent' | 'persona';
  why: string;
}

export interface QuestionContext {
  input: QuestionInput;
  candidates: Candidate[];
  /** index of the candidate that is asked now */
  rung: number;
  /** what each rung said, oldest first: the audit of how the answer came about */
  trail: { agent: string; outcome: 'answered' | 'declined' | 'failed' | 'late'; why: string }[];
  leader: string;
  followers: string[];
  answer: Answer | null;
  answeredAt: string;
  late: boolean;
  noAnswerReason: string;
}

export type QuestionEvent =
  | { type: 'ANSWER'; answer: Answer; at: string }
  | { type: 'CANCEL'; why: string }
  | { type: 'FOLLOW'; follower: string }
  | { type: 'LEADER.ANSWERED'; answer: Answer; at: string }
  | { type: 'LEADER.GONE' };

export type MatchResult =
  | { kind: 'cached'; answer: Answer; at: string }
  | { kind: 'twin'; leader: string }
  | { kind: 'none' };
export type AskResult = { kind: 'answered'; answer: Answer; at: string } | { kind: 'declined'; why: string };

const days = 24 * 60 * 60 * 1000;

/** The candidate that is asked now, while there is one. */
function currentAgent(context: QuestionContext): Candidate | undefined {
  return context.candidates[context.rung];
}

export const questionMachine = setup({
  types: {
    context: {} as QuestionContext,
    events: {} as QuestionEvent,
    input: {} as QuestionInput,
  },
  actors: {
    recordQuestion: effect<{ recorded: true }, QuestionInput>(),
    findMatch: effect<MatchResult, QuestionInput>(),
    routeQuestion: effect<{ candidates: Candidate[] }, QuestionInput>(),
    askAgent: effect<AskResult, { question: QuestionInput; agent: string }>(),
  },
  actions: {
    takeAnswer: assign(({ event }) =>
      event.type === 'ANSWER' || event.type === 'LEADER.ANSWERED'
        ? { answer: event.answer, answeredAt: event.at, noAnswerReason: '' }
        : {},
    ),
    noteCancel: assign({
      noAnswerReason: ({ event }) => (event.type === 'CANCEL' ? event.why : 'cancelled'),
    }),
    noteFollower: assign({
      followers: ({ context, event }) =>
        event.type === 'FOLLOW' && !context.followers.includes(event.follower)
          ? [...context.followers, event.follower]
          : context.followers,
    }),
    tellAnswer: enqueueActions(({ context, enqueue }) => {
      if (context.answer === null) return;
      for (const follower of context.followers) {
        const told = { type: 'LEADER.ANSWERED', answer: context.answer, at: context.answeredAt };
        enqueue.sendTo(actorAt(follower), told);
      }
    }),
    tellGone: enqueueActions(({ context, enqueue }) => {
      for (const follower of context.followers) enqueue.sendTo(actorAt(follower), { type: 'LEADER.GONE' });
    }),
    tellAsker: enqueueActions(({ context, enqueue }, params: { state: QuestionState }) => {
      const { asker, question } = context.input;
      if (asker !== undefined)
        enqueue.sendTo(actorAt(asker), { type: 'QUESTION.CHANGED', question, state: params.state });
    }),
    nextRung: assign(({ context, event }) => {
      const agent = currentAgent(context)?.agent ?? '';
      const failed = 'error' in event;
      const declined =
        'output' in event &&
        event.output !== null &&
        typeof event.output === 'object' &&
        'why' in event.output
          ? String(event.output.why)
          : 'no answer in time';
      const why = failed ? toError(event.error).message : declined;
      const outcome: 'failed' | 'declined' = failed ? 'failed' : 'declined';
      return { rung: context.rung + 1, trail: [...context.trail, { agent, outcome, why }] };
    }),
  },
  guards: {
    moreRungs: ({ context }) => context.rung + 1 < context.candidates.length,
  },
  delays: {
    agentPatience: 10 * 60 * 1000,
    deadline: ({ context }) => context.input.deadlineMs ?? 30 * days,
  },
}).createMachine({
  id: 'question',
  version: '1',
  options: { maxIterations: 100 },
  context: ({ input }) => ({
    input: input ?? { question: '', text: '', askedBy: '', askedAt: '' },
    candidates: [],
    rung: 0,
    trail: [],
    leader: '',
    followers: [],
    answer: null,
    answeredAt: '',
    late: false,
    noAnswerReason: '',
  }),
  initial: 'asked',
  on: {
    ANSWER: { target: '.answered', actions: 'takeAnswer' },
    CANCEL: { target: '.cancelled', actions: 'noteCancel' },
    FOLLOW: { actions: 'noteFollower' },
  },
  states: {
    asked: {
      description: 'Written into the book of questions.',
      invoke: {
        id: 'recordQuestion',
        src: 'recordQuestion',
        input: ({ context }) => context.input,
        onDone: 'matching',
        onError: 'matching',
      },
    },
    matching: {
      description: 'Has it been answered, or is its twin being asked?',
      initial: 'searching',
      states: {
        searching: {
          invoke: {
            id: 'findMatch',
            src: 'findMatch',
            input: ({ context }) => context.input,
            onDone: [
              {
                guard: ({ event }) => event.output.kind === 'cached',
                target: '#question.answered',
                actions: assign(({ event }) =>
                  event.output.kind === 'cached'
                    ? { answer: event.output.answer, answeredAt: event.output.at }
                    : {},
                ),
              },
              {
                guard: ({ event }) => event.output.kind === 'twin',
                target: 'following',
                actions: assign({
                  leader: ({ event }) => (event.output.kind === 'twin' ? event.output.leader : ''),
                }),
              },
              { target: '#question.routing' },
            ],
            onError: '#question.routing',
          },
        },
        following: {
          on: {
            'LEADER.ANSWERED': { target: '#question.answered', actions: 'takeAnswer' },
            'LEADER.GONE': { target: 'searching', actions: assign({ leader: '' }) },
          },
          after: { deadline: '#question.expired' },
        },
      },
    },
    routing: {
      description: 'Who can answer?',
      invoke: {
        id: 'routeQuestion',
        src: 'routeQuestion',
        input: ({ context }) => context.input,
        onDone: [
          {
            guard: ({ event }) => event.output.candidates.length > 0,
            target: 'asking',
            actions: assign({ candidates: ({ event }) => event.output.candidates, rung: 0 }),
          },
          { target: 'escalated' },
        ],
        onError: 'escalated',
      },
    },
    asking: {
      description: 'One agent after the other, the archivist first.',
      invoke: {
        id: 'askAgent',
        src: 'askAgent',
        input: ({ context }) => ({ question: context.input, agent: currentAgent(context)?.agent ?? '' }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'answered',
            target: 'answered',
            actions: assign(({ context, event }) => {
              if (event.output.kind !== 'answered') return {};
              const { answer, at } = event.output;
              const said = { agent: answer.by, outcome: 'answered' as const, why: '' };
              return { answer, answeredAt: at, trail: [...context.trail, said] };
            }),
          },
          { guard: 'moreRungs', target: 'asking', reenter: true, actions: 'nextRung' },
          { target: 'escalated', actions: 'nextRung' },
        ],
        onError: [
          { guard: 'moreRungs', target: 'asking', reenter: true, actions: 'nextRung' },
          { target: 'escalated', actions: 'nextRung' },
        ],
      },
      after: {
        agentPatience: [
          { guard: 'moreRungs', target: 'asking', reenter: true, actions: 'nextRung' },
          { target: 'escalated', actions: 'nextRung' },
        ],
      },
    },
    escalated: {
      description: 'In the inbox of people.',
      entry: { type: 'tellAsker', params: { state: 'escalated' } },
      after: { deadline: 'expired' },
    },
    expired: {
      description: 'Nobody answered in time; a late answer is still taken.',
      entry: [
        assign({ noAnswerReason: 'deadline' }),
        'tellGone',
        { type: 'tellAsker', params: { state: 'expired' } },
      ],
      on: {
        ANSWER: { target: 'answered', actions: ['takeAnswer', assign({ late: true })] },
      },
    },
    answered: {
      type: 'final',
      entry: ['tellAnswer', { type: 'tellAsker', params: { state: 'answered' } }],
    },
    cancelled: {
      type: 'final',
      entry: ['tellGone', { type: 'tellAsker', params: { state: 'cancelled' } }],
    },
  },
});
