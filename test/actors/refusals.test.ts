import { describe, expect, it } from 'vitest';
import {
  type AnyStateMachine,
  assign,
  createMachine,
  fromPromise,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
} from 'xstate';
import { type AnyEffect, Registry, registerMachine } from '../../src/actors/registry.ts';
import { UserError } from '../../src/errors.ts';
import { actorAt } from '../../src/machines/index.ts';

const work: AnyEffect = { queue: 'work', run: async () => 'done' };
const write: AnyEffect = { queue: 'work', run: async () => 'done', revoke: async () => 'revoked' };

/** Why a machine is refused: one line a problem, each beginning with the state. */
function refusals(machine: AnyStateMachine, effects: Record<string, AnyEffect> = { work, write }): string[] {
  try {
    registerMachine({ machine, effects });
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return (error.why ?? '').split('\n').map((line) => line.trim());
  }
}

const good = { id: 'm', version: '1', options: { maxIterations: 50 } };

describe('registration refuses, and names the state of', () => {
  it.each<[string, AnyStateMachine, string]>([
    [
      'sendParent',
      createMachine({ ...good, initial: 'a', states: { a: { entry: sendParent({ type: 'HI' }) } } }),
      'm.a: action',
    ],
    [
      'a named action that is sendParent',
      setup({ actions: { tell: sendParent({ type: 'HI' }) } }).createMachine({
        ...good,
        initial: 'a',
        states: { a: { exit: 'tell' } },
      }),
      'm.a: action "tell" is sendParent',
    ],
    [
      'a child that is spawned inside assign',
      createMachine({
        ...good,
        initial: 'a',
        states: {
          a: { on: { GO: { actions: assign({ kid: ({ spawn }) => spawn(fromPromise(async () => 1)) }) } } },
        },
      }),
      'm.a: action "assign" spawns inside assign',
    ],
    [
      'code as an action',
      createMachine({
        ...good,
        initial: 'a',
        states: { a: { on: { GO: { actions: () => process.exit(1) } } } },
      }),
      'm.a: action',
    ],
    [
      'code as a named action',
      setup({ actions: { bang: () => process.exit(1) } }).createMachine({
        ...good,
        initial: 'a',
        states: { a: { initial: 'b', states: { b: { entry: 'bang' } } } },
      }),
      'm.a.b: action "bang" is code',
    ],
    [
      'an invoke without an id of its own',
      setup({ actors: { work: fromPromise(async () => 1) } }).createMachine({
        ...good,
        initial: 'a',
        states: { a: { invoke: { src: 'work' } } },
      }),
      'm.a: its invoke needs an id',
    ],
    [
      'an invoke of code',
      createMachine({
        ...good,
        initial: 'a',
        states: { a: { invoke: { id: 'x', src: fromPromise(async () => 1) } } },
      }),
      'm.a: invoke "x" has no registered effect',
    ],
    [
      'an invoke that nobody can do',
      setup({ actors: { unheard: fromPromise(async () => 1) } }).createMachine({
        ...good,
        initial: 'a',
        states: { a: { invoke: { id: 'x', src: 'unheard' } } },
      }),
      'm.a: invoke "x" has no registered effect or machine named "unheard"',
    ],
    [
      'a spawned child that nobody can do',
      setup({ actors: { unheard: fromPromise(async () => 1) } }).createMachine({
        ...good,
        initial: 'a',
        states: { a: { entry: spawnChild('unheard', { id: 'x' }) } },
      }),
      'm.a: action "spawnChild" spawns "unheard"',
    ],
    [
      'an invoke whose snapshots are listened to',
      setup({ actors: { work: fromPromise(async () => 1) } }).createMachine({
        ...good,
        initial: 'a',
        states: { a: { invoke: { id: 'x', src: 'work', onSnapshot: 'b' } }, b: {} },
      }),
      'm.a: invoke "x" listens to snapshots',
    ],
    [
      'a machine without a version',
      createMachine({ id: 'm', options: { maxIterations: 5 } }),
      'm: it needs a version',
    ],
    [
      'a machine whose loops have no end',
      createMachine({ id: 'm', version: '1' }),
      'm: it needs options.maxIterations',
    ],
  ])('%s', (_, machine, problem) => {
    expect(refusals(machine)).toEqual([expect.stringContaining(problem)]);
  });

  it('a child machine that is not registered', () => {
    const parent = setup({ actors: { kid: fromPromise(async () => 1) } }).createMachine({
      ...good,
      initial: 'a',
      states: { a: { invoke: { id: 'kid', src: 'kid' } } },
    });
    expect(() => new Registry([{ machine: parent, children: { kid: 'nobody' } }])).toThrow(UserError);
  });
});

describe('registration takes', () => {
  it('what the runtime can honour', () => {
    const machine = setup({
      actors: { work: fromPromise(async () => 1) },
      actions: { count: assign({ n: 1 }), tell: sendTo(() => actorAt('other'), { type: 'HI' }) },
    }).createMachine({
      ...good,
      context: { n: 0 },
      initial: 'a',
      states: {
        a: {
          entry: ['count', 'tell', raise({ type: 'GO' }), spawnChild('work', { id: 'w' })],
          invoke: { id: 'x', src: 'work', onDone: 'b', onError: 'b' },
          after: { 1000: 'b' },
        },
        b: { type: 'final' },
      },
    });
    expect(refusals(machine)).toEqual([]);
  });
});

describe('R1: a state whose work is irreversible is left only by that work’s own result', () => {
  const writing = { invoke: { id: 'w', src: 'write', onDone: 'end', onError: 'end' } };

  function machineOf(states: object, more: object = {}): AnyStateMachine {
    // Its shape is the test's own matter.
    const config: object = { ...good, initial: 'writing', states: { end: {}, ...states }, ...more };
    return setup({ actors: { write: fromPromise(async () => 1) } }).createMachine(config);
  }

  it.each<[string, AnyStateMachine, string]>([
    [
      'an event of its own',
      machineOf({ writing: { ...writing, on: { STOP: 'end' } } }),
      '"STOP" of m.writing',
    ],
    ['an event of the root', machineOf({ writing }, { on: { STOP: '.end' } }), '"STOP" of m '],
    [
      'its time-out',
      machineOf({ writing: { ...writing, after: { 10: 'end' } } }),
      '"xstate.after.10.m.writing"',
    ],
    ['an always', machineOf({ writing: { ...writing, always: 'end' } }), 'an always-transition of m.writing'],
    [
      'entering itself again',
      machineOf({ writing: { ...writing, on: { STOP: { target: 'writing', reenter: true } } } }),
      '"STOP" of m.writing',
    ],
    [
      'a state inside it',
      machineOf({ writing: { ...writing, initial: 'in', states: { in: { on: { STOP: '#m.end' } } } } }),
      '"STOP" of m.writing.in',
    ],
    [
      'another region',
      machineOf(
        {
          both: {
            type: 'parallel',
            states: {
              left: { initial: 'writing', states: { writing: { invoke: { id: 'w', src: 'write' } } } },
              right: { on: { STOP: '#m.end' } },
            },
          },
        },
        { initial: 'both' },
      ),
      '"STOP" of m.both.right',
    ],
  ])('and not by %s', (_, machine, problem) => {
    expect(refusals(machine)).toEqual([expect.stringContaining(problem)]);
  });

  it('may hear events that do not leave it, and keep those around it away', () => {
    const machine = machineOf(
      { writing: { ...writing, on: { STOP: {}, NOTE: { actions: [] } } }, other: { on: { AWAY: 'end' } } },
      { on: { STOP: '.end' } },
    );
    expect(refusals(machine)).toEqual([]);
    expect(refusals(machine, { write: work })).toEqual([]);
  });
});
