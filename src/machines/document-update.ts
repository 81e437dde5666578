import { assign, enqueueActions, setup, stopChild } from 'xstate';
import { toError } from '../errors.ts';
import type { UpdateState } from '../types/index.ts';
import type {
  ApplyResult,
  CommitResult,
  UpdateContext,
  UpdateEvent,
  UpdateInput,
  UpdateWork,
  WriteResult,
} from './document-update-context.ts';
import { actorAt, effect } from './effect.ts';

export type * from './document-update-context.ts';

const second = 1000;
const minute = 60 * second;
/** Most waits are short, a merge may take days: each look leaves entries in the history, so they become rare. */
const repositoryLooksMs = [2 * second, 5 * second, 15 * second, minute];
const longestLookMs = 5 * minute;

function workOf({ context }: { context: UpdateContext }): UpdateWork {
  const { input, before, after, chosenHunks } = context;
  return { input, before, after, chosenHunks };
}

export const documentUpdateMachine = setup({
  types: {
    context: {} as UpdateContext,
    events: {} as UpdateEvent,
    input: {} as UpdateInput,
  },
  actors: {
    admitUpdate: effect<{ kind: 'new' } | { kind: 'known'; why: string }, UpdateInput>(),
    applyToCopy: effect<ApplyResult, UpdateWork>(),
    validateCopy: effect<{ ok: true } | { ok: false; why: string }, UpdateWork>(),
    prepareWrite: effect<{ kind: 'ready' } | { kind: 'waiting'; why: string }, UpdateWork>(),
    writeFile: effect<WriteResult, UpdateWork & { writes: 'after' | 'before' }>(),
    commitFile: effect<CommitResult, UpdateWork>(),
  },
  actions: {
    tellProposer: enqueueActions(({ context, enqueue }, params: { state: UpdateState }) => {
      const { proposer, update } = context.input;
      // Put off again is no news.
      const known = params.state === 'waitingForRepository' && context.waits > 1;
      if (proposer !== undefined && !known)
        enqueue.sendTo(actorAt(proposer), { type: 'UPDATE.CHANGED', update, state: params.state });
    }),
    countWait: assign({ waits: ({ context }) => context.waits + 1 }),
    noteTimeout: assign({ note: 'it took longer than an hour' }),
    noteWhy: assign({
      note: ({ context, event }) => {
        if ('error' in event) return toError(event.error).message;
        if ('why' in event) return String(event.why);
        const output: unknown = 'output' in event ? event.output : undefined;
        const why = output !== null && typeof output === 'object' && 'why' in output;
        return why ? String(output.why) : context.note;
      },
    }),
  },
  guards: {
    needsApproval: ({ context }) => context.input.needsApproval && context.approvedBy === '',
    alreadyWritten: ({ context }) => context.written,
    takingBack: ({ context }) => context.writes === 'before',
    notTakingBack: ({ context }) => context.writes === 'after',
  },
  delays: {
    repositoryPatience: ({ context }) => repositoryLooksMs[context.waits - 1] ?? longestLookMs,
    writePatience: 10 * minute,
    stepPatience: 60 * minute,
  },
}).createMachine({
  id: 'documentUpdate',
  version: '1',
  options: { maxIterations: 100 },
  context: ({ input }) => ({
    input: input ?? {
      update: '',
      path: '',
      kind: '',
      reason: '',
      draft: '',
      at: '',
      provenance: { author: '' },
      needsApproval: true,
    },
    before: '',
    after: '',
    hunks: [],
    chosenHunks: null,
    approvedBy: '',
    writes: 'after',
    written: false,
    attempts: 0,
    waits: 0,
    commit: '',
    note: '',
  }),
  initial: 'proposed',
  states: {
    proposed: {
      description: 'Has the same edit been proposed before, undone or rejected?',
      invoke: {
        id: 'admitUpdate',
        src: 'admitUpdate',
        input: ({ context }) => context.input,
        onDone: [
          { guard: ({ event }) => event.output.kind === 'new', target: 'applying' },
          { target: 'rejected', actions: 'noteWhy' },
        ],
        onError: { target: 'failed', actions: 'noteWhy' },
      },
      on: { REJECT: { target: 'rejected', actions: 'noteWhy' } },
      after: { stepPatience: { target: 'failed', actions: 'noteTimeout' } },
    },
    applying: {
      description: 'Applied to a copy in memory; the real folder is only read.',
      entry: assign({ attempts: ({ context }) => context.attempts + 1 }),
      invoke: {
        id: 'applyToCopy',
        src: 'applyToCopy',
        input: workOf,
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'applied',
            target: 'validating',
            actions: assign(({ event }) =>
              event.output.kind === 'applied'
                ? { before: event.output.before, after: event.output.after, hunks: event.output.hunks }
                : {},
            ),
          },
          {
            guard: ({ event }) => event.output.kind === 'conflict',
            target: 'conflicted',
            actions: 'noteWhy',
          },
          { target: 'rejected', actions: 'noteWhy' },
        ],
        onError: { target: 'failed', actions: 'noteWhy' },
      },
      on: { REJECT: { target: 'rejected', actions: 'noteWhy' } },
      after: { stepPatience: { target: 'failed', actions: 'noteTimeout' } },
    },
    validating: {
      description: 'Strict OpenSpec validation and the rules, on the copy.',
      invoke: {
        id: 'validateCopy',
        src: 'validateCopy',
        input: workOf,
        onDone: [
          { guard: ({ event }) => !event.output.ok, target: 'rejected', actions: 'noteWhy' },
          { guard: 'needsApproval', target: 'awaitingApproval' },
          { target: 'backingUp' },
        ],
        onError: { target: 'failed', actions: 'noteWhy' },
      },
      on: { REJECT: { target: 'rejected', actions: 'noteWhy' } },
      after: { stepPatience: { target: 'failed', actions: 'noteTimeout' } },
    },
    awaitingApproval: {
      description: 'Waits for a person’s yes.',
      entry: { type: 'tellProposer', params: { state: 'awaitingApproval' } },
      on: {
        // Applied again: what was approved is the edit, on the file as it is now.
        APPROVE: {
          target: 'applying',
          actions: assign({
            approvedBy: ({ event }) => event.by,
            chosenHunks: ({ event }) => event.hunks ?? null,
          }),
        },
        REJECT: { target: 'rejected', actions: 'noteWhy' },
      },
    },
    backingUp: {
      description: 'The old bytes are kept, and the repository is looked at, before a byte is written.',
      invoke: {
        id: 'prepareWrite',
        src: 'prepareWrite',
        input: workOf,
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'waiting',
            target: 'waitingForRepository',
            actions: 'noteWhy',
          },
          { target: 'writing', actions: assign({ note: '', waits: 0 }) },
        ],
        onError: { target: 'failed', actions: 'noteWhy' },
      },
      on: { REJECT: { target: 'rejected', actions: 'noteWhy' } },
      after: { stepPatience: { target: 'failed', actions: 'noteTimeout' } },
    },
    waitingForRepository: {
      description: 'A merge, a rebase, an archive or somebody’s saving is under way.',
      entry: ['countWait', { type: 'tellProposer', params: { state: 'waitingForRepository' } }],
      on: {
        'REPOSITORY.READY': [{ guard: 'alreadyWritten', target: 'committing' }, { target: 'backingUp' }],
        REJECT: { guard: ({ context }) => !context.written, target: 'rejected', actions: 'noteWhy' },
      },
      after: {
        repositoryPatience: [{ guard: 'alreadyWritten', target: 'committing' }, { target: 'backingUp' }],
      },
    },
    writing: {
      description:
        'Left only by the outcome of the write itself: a rejection or a time-out asks the sink to revoke it.',
      invoke: {
        id: 'writeFile',
        src: 'writeFile',
        input: ({ context }) => ({ ...workOf({ context }), writes: context.writes }),
        onDone: [
          {
            // The new bytes stand, uncommitted: it is not as if it had been rejected.
            guard: ({ context, event }) => event.output.kind === 'revoked' && context.writes === 'before',
            target: 'failed',
          },
          { guard: ({ event }) => event.output.kind === 'revoked', target: 'rejected' },
          {
            guard: ({ event }) => event.output.kind === 'conflict',
            target: 'conflicted',
            actions: 'noteWhy',
          },
          {
            guard: ({ context, event }) =>
              event.output.kind === 'base-changed' && context.writes === 'before',
            target: 'conflicted',
          },
          {
            guard: ({ context, event }) => event.output.kind === 'base-changed' && context.attempts >= 5,
            target: 'conflicted',
            actions: assign({ note: 'the file changed under each of five attempts' }),
          },
          { guard: ({ event }) => event.output.kind === 'base-changed', target: 'applying' },
          { guard: 'takingBack', target: 'rolledBack' },
          { target: 'committing', actions: assign({ written: true }) },
        ],
        onError: { target: 'failed', actions: 'noteWhy' },
      },
      on: {
        REJECT: { guard: 'notTakingBack', actions: ['noteWhy', stopChild('writeFile')] },
      },
      after: {
        writePatience: { actions: [assign({ note: 'the write took too long' }), stopChild('writeFile')] },
      },
    },
    committing: {
      description: 'One commit with trailers; the person’s index and unstaged work stay as they are.',
      invoke: {
        id: 'commitFile',
        src: 'commitFile',
        input: workOf,
        onDone: [
          {
            guard: ({ event }) => event.output.kind === 'committed',
            target: 'applied',
            actions: assign({
              commit: ({ event }) => (event.output.kind === 'committed' ? event.output.commit : ''),
              note: '',
            }),
          },
          {
            guard: ({ event }) => event.output.kind === 'waiting',
            target: 'waitingForRepository',
            actions: 'noteWhy',
          },
          { target: 'applied', actions: 'noteWhy' },
        ],
        onError: { target: 'writing', actions: ['noteWhy', assign({ writes: 'before' })] },
      },
      after: {
        writePatience: { actions: [assign({ note: 'the commit took too long' }), stopChild('commitFile')] },
      },
    },
    applied: { type: 'final', entry: { type: 'tellProposer', params: { state: 'applied' } } },
    conflicted: { type: 'final', entry: { type: 'tellProposer', params: { state: 'conflicted' } } },
    rolledBack: { type: 'final', entry: { type: 'tellProposer', params: { state: 'rolledBack' } } },
    rejected: { type: 'final', entry: { type: 'tellProposer', params: { state: 'rejected' } } },
    failed: { type: 'final', entry: { type: 'tellProposer', params: { state: 'failed' } } },
  },
});
