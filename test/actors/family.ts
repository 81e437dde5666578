import { assign, enqueueActions, setup, stopChild } from 'xstate';
import { z } from 'zod';
import type { AnyEffect, Registration } from '../../src/actors/registry.ts';
import { actorAt, effect } from '../../src/machines/index.ts';

/** Machines with everything in which an actor can be entangled: work, a child, a clock, a sink, a peer. */

const good = { version: '1', options: { maxIterations: 50 } };
const textSchema = z.string();

export const kid = setup({ actors: { write: effect<string, { path: string }>() } }).createMachine({
  ...good,
  id: 'kid',
  initial: 'idle',
  states: {
    idle: {
      on: {
        WRITE: 'writing',
        END: 'end',
        BREAK: {
          guard: () => {
            throw new Error('broken');
          },
        },
        HI: { actions: assign({}) },
      },
      after: { 3600000: 'end' },
    },
    writing: {
      invoke: { id: 'write', src: 'write', input: { path: 'a' }, onDone: 'end', onError: 'end' },
      on: { STOP: { actions: stopChild('write') } },
    },
    end: { type: 'final' },
  },
  output: { said: 'bye' },
});

interface Context {
  n: number;
  got: string[];
}

/** `GO` works, `RAISE` has a child, `TELL` tells it, `WRITE` writes, `ADD` counts, `POISON` throws. */
export const all = setup({
  types: { context: {} as Context },
  actors: { work: effect<string, { q: string }>(), kid, write: effect<string, { path: string }>() },
  actions: {
    count: assign({ n: ({ context }) => context.n + 1 }),
    take: assign({
      got: ({ context, event }) => {
        const said = textSchema.parse('output' in event ? event.output : undefined);
        if (said === 'poison') throw new Error('cannot swallow this');
        return [...context.got, said];
      },
    }),
    note: assign({ got: ({ context, event }) => [...context.got, event.type] }),
    tellPeer: enqueueActions(({ enqueue }) => enqueue.sendTo(actorAt('peer'), { type: 'ADD' })),
  },
}).createMachine({
  ...good,
  id: 'all',
  context: { n: 0, got: [] },
  initial: 'idle',
  on: { ADD: { actions: 'count' }, PEER: { actions: 'tellPeer' }, QUIT: '.idle', END: '.end' },
  states: {
    idle: { on: { GO: 'working', RAISE: 'raising', WAIT: 'waiting', WRITE: 'writing', DEAF: 'deaf' } },
    working: {
      invoke: {
        id: 'work',
        src: 'work',
        input: { q: 'x' },
        onDone: { target: 'idle', actions: 'take' },
        onError: { target: 'idle', actions: 'note' },
      },
      on: {
        POISON: {
          guard: () => {
            throw new Error('poison');
          },
        },
      },
    },
    /** hears nothing of its work */
    deaf: { invoke: { id: 'work', src: 'work', input: { q: 'x' } } },
    raising: {
      invoke: {
        id: 'kid',
        src: 'kid',
        onDone: { target: 'idle', actions: 'note' },
        onError: { target: 'idle', actions: 'note' },
      },
      on: { TELL: { actions: enqueueActions(({ enqueue }) => enqueue.sendTo('kid', { type: 'HI' })) } },
    },
    waiting: { after: { 3600000: 'idle' } },
    writing: {
      invoke: { id: 'write', src: 'write', input: { path: 'a' }, onDone: 'idle', onError: 'idle' },
      on: { STOP: { actions: stopChild('write') }, QUIT: {}, END: {} },
    },
    end: { type: 'final' },
  },
});

export function family(
  effects: { work?: AnyEffect['run']; write?: AnyEffect['run']; revoke?: AnyEffect['run'] } = {},
): Registration[] {
  const {
    work = async () => 'did',
    write: run = async () => 'wrote',
    revoke = async () => 'revoked',
  } = effects;
  const write: AnyEffect = { queue: 'work', run, revoke };
  return [
    { machine: kid, effects: { write } },
    { machine: all, effects: { work: { queue: 'work', run: work }, write }, children: { kid: 'kid' } },
  ];
}
