import { assign, enqueueActions, setup } from 'xstate';
import { toError } from '../errors.ts';
import type { QuestionState } from '../types/index.ts';
import { actorAt, effect } from './effect.ts';
import type {
  AskResult,
  Candidate,
  MatchResult,
  QuestionContext,
  QuestionEvent,
  QuestionInput,
} from './question-context.ts';

export type * from './question-context.ts';

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
      const answeredNo = 'output' in event;
      const declined =
        'output' in event &&
        event.output !== null &&
        typeof event.output === 'object' &&
        'why' in event.output
          ? String(event.output.why)
          : 'no answer in time';
      const why = failed ? toError(event.error).message : declined;
      const outcome = failed ? ('failed' as const) : answeredNo ? ('declined' as const) : ('late' as const);
      return { rung: context.rung + 1, trail: [...context.trail, { agent, outcome, why }] };
    }),
  },
  guards: {
    moreRungs: ({ context }) => context.rung + 1 < context.candidates.length,
  },
  delays: {
    agentPatience: 10 * 60 * 1000,
    stepPatience: 10 * 60 * 1000,
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
    // A leader's word may come before this one has noted that it follows, or long after it went on by itself.
    'LEADER.ANSWERED': { target: '.answered', actions: 'takeAnswer' },
  },
  // Counted from the asking, wherever the question stands by then.
  after: { deadline: '.expired' },
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
      after: { stepPatience: 'matching' },
    },
    matching: {
      description: 'Has it been answered, or is its twin being asked?',
      initial: 'searching',
      on: {
        'LEADER.GONE': { target: '.searching', reenter: true, actions: assign({ leader: '' }) },
      },
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
          after: { stepPatience: '#question.routing' },
        },
        following: {
          description: 'Its leader tells the answer, or that it is gone.',
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
      after: { stepPatience: 'escalated' },
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
        'LEADER.ANSWERED': { target: 'answered', actions: ['takeAnswer', assign({ late: true })] },
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
