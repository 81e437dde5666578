import { assign, setup } from 'xstate';
import { toError } from '../errors.ts';
import type { FindingCounts, QuestionState, UpdateState } from '../types/index.ts';
import type { AnalysisResult, ChangeContext, ChangeEvent, ChangeWork, ReadResult } from './change-context.ts';
import { effect } from './effect.ts';

export * from './change-context.ts';

const ended: readonly UpdateState[] = ['applied', 'conflicted', 'rolledBack', 'rejected', 'failed'];
// An expired one still takes a late answer, which is heard then; nobody is asked for it any more.
const closed: readonly QuestionState[] = ['answered', 'expired', 'cancelled'];
/** Only a list of open questions that was under way may name one of these: the newest are enough. */
const closedKept = 200;

const minute = 60 * 1000;
// Nets under work that never ends: waiting in a queue counts, so they are wide.
const stepPatienceMs = 60 * minute;
const modelPatienceMs = 12 * 60 * minute;

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
    noteTimeout: assign({
      problem: (_, { step }: { step: string }) =>
        `${step} took longer than ${stepPatienceMs / minute} minutes`,
    }),
    noteQuestion: assign(({ context, event }) => {
      if (event.type !== 'QUESTION.CHANGED') return {};
      const ended = closed.includes(event.state);
      const others = (ids: string[]) => ids.filter((id) => id !== event.question);
      const [open, past] = [others(context.questionsOpen), others(context.questionsClosed)];
      return {
        questionsOpen: ended ? open : [...open, event.question],
        questionsClosed: ended ? [...past, event.question].slice(-closedKept) : past,
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
    missModel: assign({ modelProblem: (_, { why }: { why: string }) => why || 'the model gave no answer' }),
    /** A round that is cut short is gone through again when the change comes back. */
    beginStage: assign({ reviewedHash: '' }),
    endRound: assign({ drafts: [], reviewedHash: ({ context }) => context.contentHash }),
  },
  guards: {
    newContent: ({ context, event }) => event.type === 'SAVED' && event.contentHash !== context.contentHash,
    reviewedContent: ({ context, event }) =>
      event.type === 'SAVED' && event.contentHash === context.reviewedHash,
    unseenByModel: ({ context, event }) =>
      event.type === 'SAVED' && event.byPerson && event.contentHash !== context.analysedHash,
    modelIsNext: ({ context }) => context.modelWanted && context.modelProblem === '',
    answersAreNext: ({ context }) => context.answersWaiting,
    modelWasMissing: ({ context }) => context.modelProblem !== '',
    answered: ({ event }) => event.type === 'QUESTION.CHANGED' && event.state === 'answered',
  },
  delays: { settle: 100, stepPatience: stepPatienceMs, modelPatience: modelPatienceMs },
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
    SAVED: [
      { guard: 'newContent', target: '.settling', actions: 'noteSave' },
      // A round that was under way had read the save before it was told: the model has not.
      { guard: 'unseenByModel', actions: 'wantModel' },
    ],
    'QUESTION.CHANGED': { actions: 'noteQuestion' },
    'UPDATE.CHANGED': { actions: 'noteUpdate' },
    PROCESS: { target: '.settling', actions: ['wantModel', assign({ modelProblem: '' })] },
    'SPECS.SAVED': '.settling',
    // Heard in every state: a model that comes up while a round is under way is tried at its end.
    'MODEL.UP': { guard: 'modelWasMissing', actions: assign({ modelProblem: '' }) },
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
      entry: [
        'beginStage',
        assign({ rounds: ({ context }) => context.rounds + 1, problem: '', modelProblem: '' }),
      ],
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
      after: {
        stepPatience: { target: 'failed', actions: { type: 'noteTimeout', params: { step: 'reading' } } },
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
          }),
        },
        onError: { target: 'failed', actions: 'noteFailure' },
      },
      after: {
        stepPatience: { target: 'failed', actions: { type: 'noteTimeout', params: { step: 'linting' } } },
      },
    },
    analysing: {
      description: 'A model looks for what rules cannot see.',
      on: {
        // Somebody waits for what their answer does; the text that a model looks at is about to change anyway.
        'QUESTION.CHANGED': [
          { guard: 'answered', target: 'drafting', actions: 'noteQuestion' },
          { actions: 'noteQuestion' },
        ],
      },
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
            actions: {
              type: 'missModel',
              params: ({ event }) => ({ why: event.output.kind === 'unavailable' ? event.output.why : '' }),
            },
          },
        ],
        onError: {
          target: 'settled',
          actions: { type: 'missModel', params: ({ event }) => ({ why: toError(event.error).message }) },
        },
      },
      after: {
        modelPatience: {
          target: 'settled',
          actions: { type: 'missModel', params: { why: 'the model took too long' } },
        },
      },
    },
    clarifying: {
      description: 'Open questions of the documents and of the model become questions.',
      entry: 'beginStage',
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
      after: {
        stepPatience: { target: 'failed', actions: { type: 'noteTimeout', params: { step: 'clarifying' } } },
      },
    },
    drafting: {
      description: 'Answers and findings become edits.',
      entry: ['beginStage', assign({ answersWaiting: false, drafts: [] })],
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
      after: {
        stepPatience: { target: 'failed', actions: { type: 'noteTimeout', params: { step: 'drafting' } } },
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
      after: {
        stepPatience: { target: 'failed', actions: { type: 'noteTimeout', params: { step: 'verifying' } } },
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
          { guard: 'modelIsNext', target: 'analysing', actions: 'endRound' },
          { target: 'settled', actions: 'endRound' },
        ],
        onError: { target: 'failed', actions: 'noteFailure' },
      },
      after: {
        stepPatience: { target: 'failed', actions: { type: 'noteTimeout', params: { step: 'updating' } } },
      },
    },
    settled: {
      description: 'Nothing to do now; goes on when a file is saved, an answer comes or the model is up.',
      always: [
        { guard: 'answersAreNext', target: 'drafting' },
        {
          guard: 'modelIsNext',
          target: 'analysing',
          actions: assign({ rounds: ({ context }) => context.rounds + 1 }),
        },
      ],
      on: { RETRY: 'settling' },
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
