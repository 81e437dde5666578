import { assign, setup } from 'xstate';
import { toError } from '../errors.ts';
import type { FindingCounts, QuestionState, UpdateState, WaitingFor } from '../types/index.ts';
import { effect } from './effect.ts';

/** One OpenSpec change of a repository, from its first sight to its archive. */
export interface ChangeContext {
  change: string;
  /** the content that this round is about, and the ones last reviewed by rules and by a model */
  contentHash: string;
  reviewedHash: string;
  analysedHash: string;
  /** a person saved it or asked for it since the model last saw it: a model pass is wanted */
  modelWanted: boolean;
  /** why the model could not be had, until it could */
  modelProblem: string;
  rounds: number;
  findings: FindingCounts;
  /** questions that still wait for an answer, by id */
  questionsOpen: string[];
  /** questions whose end was told: a list of open ones that was made before that may still name them */
  questionsClosed: string[];
  /** an answer came that is not drafted yet */
  answersWaiting: boolean;
  /** updates that are not at their end, with their state */
  updates: Record<string, UpdateState>;
  drafts: string[];
  problem: string;
}

export type ChangeEvent =
  | { type: 'SAVED'; contentHash: string; byPerson: boolean }
  | { type: 'GONE' }
  | { type: 'ARCHIVED' }
  | { type: 'PROCESS' }
  | { type: 'SPECS.SAVED' }
  | { type: 'MODEL.UP' }
  | { type: 'RETRY' }
  | { type: 'CANCEL' }
  | { type: 'QUESTION.CHANGED'; question: string; state: QuestionState }
  | { type: 'UPDATE.CHANGED'; update: string; state: UpdateState };

export interface ChangeWork {
  change: string;
  contentHash: string;
}

export type ReadResult = { kind: 'read'; contentHash: string } | { kind: 'gone' } | { kind: 'archived' };
export type AnalysisResult =
  | { kind: 'analysed'; findings: FindingCounts }
  | { kind: 'unavailable'; why: string };

const ended: readonly UpdateState[] = ['applied', 'conflicted', 'rolledBack', 'rejected', 'failed'];
const closed: readonly QuestionState[] = ['answered', 'cancelled'];

/** What a change waits for, in the order in which people should look at it. */
export function changeWaitsFor(context: ChangeContext): WaitingFor[] {
  const states = Object.values(context.updates);
  const waits: WaitingFor[] = [];
  if (states.includes('awaitingApproval')) waits.push('approval');
  if (context.questionsOpen.length > 0) waits.push('answers');
  if (states.includes('waitingForRepository')) waits.push('repository');
  if (context.modelWanted) waits.push('model');
  return waits;
}

export const changeMachine = setup({
  types: {
    context: {} as ChangeContext,
    events: {} as ChangeEvent,
    input: {} as { change: string },
  },
  actors: {
    readChange: effect<ReadResult, ChangeWork>(),
    lintChange: effect<{ findings: FindingCounts }, ChangeWork>(),
    analyseChange: effect<AnalysisResult, ChangeWork>(),
    raiseQuestions: effect<{ open: string[] }, ChangeWork>(),
    draftEdits: effect<{ drafts: string[] }, ChangeWork>(),
    verifyDrafts: effect<{ accepted: string[] }, ChangeWork & { drafts: string[] }>(),
    proposeUpdates: effect<{ updates: string[] }, ChangeWork & { drafts: string[] }>(),
  },
  actions: {
    noteSave: assign(({ context, event }) =>
      event.type === 'SAVED'
        ? { contentHash: event.contentHash, modelWanted: context.modelWanted || event.byPerson, problem: '' }
        : {},
    ),
    noteFailure: assign({
      problem: ({ event }) => ('error' in event ? toError(event.error).message : ''),
    }),
    noteQuestion: assign(({ context, event }) => {
      if (event.type !== 'QUESTION.CHANGED') return {};
      const ended = closed.includes(event.state);
      const others = context.questionsOpen.filter((id) => id !== event.question);
      return {
        questionsOpen: ended ? others : [...others, event.question],
        questionsClosed: ended ? [...context.questionsClosed, event.question] : context.questionsClosed,
        answersWaiting: context.answersWaiting || event.state === 'answered',
      };
    }),
    noteUpdate: assign(({ context, event }) => {
      if (event.type !== 'UPDATE.CHANGED') return {};
      const { [event.update]: _, ...others } = context.updates;
      return { updates: ended.includes(event.state) ? others : { ...others, [event.update]: event.state } };
    }),
    wantModel: assign({ modelWanted: true }),
    dropModel: assign({ modelWanted: false, modelProblem: '' }),
  },
  guards: {
    newContent: ({ context, event }) => event.type === 'SAVED' && event.contentHash !== context.contentHash,
    reviewedContent: ({ context, event }) =>
      event.type === 'SAVED' && event.contentHash === context.reviewedHash,
    modelIsNext: ({ context }) => context.modelWanted && context.modelProblem === '',
    answersAreNext: ({ context }) => context.answersWaiting,
  },
  delays: { settle: 100 },
}).createMachine({
  id: 'change',
  version: '1',
  options: { maxIterations: 100 },
  // XState runs this again, without input, whenever a snapshot is restored: it must be pure and tolerate that.
  context: ({ input }) => ({
    change: input?.change ?? '',
    contentHash: '',
    reviewedHash: '',
    analysedHash: '',
    modelWanted: false,
    modelProblem: '',
    rounds: 0,
    findings: { error: 0, warning: 0, info: 0 },
    questionsOpen: [],
    questionsClosed: [],
    answersWaiting: false,
    updates: {},
    drafts: [],
    problem: '',
  }),
  initial: 'detected',
  on: {
    GONE: '.absent',
    ARCHIVED: '.archived',
    SAVED: { guard: 'newContent', target: '.settling', actions: 'noteSave' },
    'QUESTION.CHANGED': { actions: 'noteQuestion' },
    'UPDATE.CHANGED': { actions: 'noteUpdate' },
    PROCESS: { target: '.settling', actions: ['wantModel', assign({ modelProblem: '' })] },
    'SPECS.SAVED': '.settling',
    CANCEL: { target: '.settled', actions: 'dropModel' },
  },
  states: {
    detected: {
      description: 'Seen for the first time.',
      on: { SAVED: { target: 'settling', actions: 'noteSave' } },
    },
    settling: {
      description: 'Somebody is still saving: wait until the files are quiet.',
      on: { SAVED: { target: 'settling', reenter: true, actions: 'noteSave' } },
      after: { settle: 'reading' },
    },
    reading: {
      entry: assign({ rounds: ({ context }) => context.rounds + 1, problem: '' }),
      invoke: {
        id: 'readChange',
        src: 'readChange',
        input: ({ context }) => ({ change: context.change, contentHash: context.contentHash }),
        onDone: [
          { guard: ({ event }) => event.output.kind === 'gone', target: 'absent' },
          { guard: ({ event }) => event.output.kind === 'archived', target: 'archived' },
          {
            target: 'linting',
            actions: assign({
              contentHash: ({ context, event }) =>
                event.output.kind === 'read' ? event.output.contentHash : context.contentHash,
            }),
          },
        ],
        onError: { target: 'failed', actions: 'noteFailure' },
      },
    },
    linting: {
      description: 'The rule reviewer and OpenSpec’s own validation: the floor under every result.',
      invoke: {
        id: 'lintChange',
        src: 'lintChange',
        input: ({ context }) => ({ change: context.change, contentHash: context.contentHash }),
        onDone: {
          target: 'clarifying',
          actions: assign({
            findings: ({ event }) => event.output.findings,
            reviewedHash: ({ context }) => context.contentHash,
          }),
        },
        onError: { target: 'failed', actions: 'noteFailure' },
      },
    },
    analysing: {
      description: 'A model looks for what rules cannot see.',
      on: { CANCEL: { target: 'settled', actions: 'dropModel' } },
      invoke: {
        id: 'analyseChange',
        src: 'analyseChange',
        input: ({ context }) => ({ change: context.change, contentHash: context.contentHash }),
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'analysed',
            target: 'clarifying',
            actions: assign(({ context, event }) => ({
              findings: event.output.kind === 'analysed' ? event.output.findings : context.findings,
              analysedHash: context.contentHash,
              modelWanted: false,
              modelProblem: '',
            })),
          },
          {
            target: 'settled',
            actions: assign({
              modelProblem: ({ event }) => (event.output.kind === 'unavailable' ? event.output.why : ''),
            }),
          },
        ],
        onError: {
          target: 'settled',
          actions: assign({ modelProblem: ({ event }) => toError(event.error).message }),
        },
      },
    },
    clarifying: {
      description: 'Open questions of the documents and of the model become questions.',
      invoke: {
        id: 'raiseQuestions',
        src: 'raiseQuestions',
        input: ({ context }) => ({ change: context.change, contentHash: context.contentHash }),
        onDone: {
          target: 'drafting',
          actions: assign({
            questionsOpen: ({ context, event }) =>
              event.output.open.filter((id) => !context.questionsClosed.includes(id)),
          }),
        },
        onError: { target: 'failed', actions: 'noteFailure' },
      },
    },
    drafting: {
      description: 'Answers and findings become edits.',
      entry: assign({ answersWaiting: false, drafts: [] }),
      invoke: {
        id: 'draftEdits',
        src: 'draftEdits',
        input: ({ context }) => ({ change: context.change, contentHash: context.contentHash }),
        onDone: {
          target: 'verifying',
          actions: assign({ drafts: ({ event }) => event.output.drafts }),
        },
        onError: { target: 'failed', actions: 'noteFailure' },
      },
    },
    verifying: {
      description: 'Each edit is tried on a copy: one that makes the document worse is dropped.',
      invoke: {
        id: 'verifyDrafts',
        src: 'verifyDrafts',
        input: ({ context }) => ({
          change: context.change,
          contentHash: context.contentHash,
          drafts: context.drafts,
        }),
        onDone: {
          target: 'updating',
          actions: assign({ drafts: ({ event }) => event.output.accepted }),
        },
        onError: { target: 'failed', actions: 'noteFailure' },
      },
    },
    updating: {
      description: 'Each accepted edit becomes an update of its own.',
      invoke: {
        id: 'proposeUpdates',
        src: 'proposeUpdates',
        input: ({ context }) => ({
          change: context.change,
          contentHash: context.contentHash,
          drafts: context.drafts,
        }),
        onDone: [
          { guard: 'answersAreNext', target: 'drafting' },
          { guard: 'modelIsNext', target: 'analysing', actions: assign({ drafts: [] }) },
          { target: 'settled', actions: assign({ drafts: [] }) },
        ],
        onError: { target: 'failed', actions: 'noteFailure' },
      },
    },
    settled: {
      description: 'Nothing to do now; goes on when a file is saved, an answer comes or the model is up.',
      always: { guard: 'answersAreNext', target: 'drafting' },
      on: {
        'MODEL.UP': {
          guard: ({ context }) => context.modelWanted,
          target: 'analysing',
          actions: assign({ modelProblem: '', rounds: ({ context }) => context.rounds + 1 }),
        },
        RETRY: 'settling',
      },
    },
    failed: {
      description: 'A step failed for good; a save or a retry begins again.',
      on: {
        RETRY: 'settling',
        SAVED: { target: 'settling', actions: 'noteSave' },
      },
    },
    absent: {
      description: 'The branch that is checked out does not have it.',
      on: {
        GONE: {},
        SAVED: [
          { guard: 'reviewedContent', target: 'settled', actions: 'noteSave' },
          { target: 'settling', actions: 'noteSave' },
        ],
        PROCESS: {},
        'SPECS.SAVED': {},
        CANCEL: {},
      },
    },
    archived: {
      description: 'Its folder lies in the archive; a branch where it is active brings it back.',
      on: {
        ARCHIVED: {},
        SAVED: [
          { guard: 'reviewedContent', target: 'settled', actions: 'noteSave' },
          { target: 'settling', actions: 'noteSave' },
        ],
        PROCESS: {},
        'SPECS.SAVED': {},
        CANCEL: {},
      },
    },
  },
});
