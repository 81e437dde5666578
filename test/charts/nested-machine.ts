import { and, createMachine, not } from 'xstate';

/** A small machine with everything that ours lack: parallel regions, history, a wildcard, combined guards. */
export const nestedMachine = createMachine({
  id: 'nested',
  version: '2',
  initial: 'editing',
  on: { STOP: '.stopped', LOG: { actions: 'log' } },
  states: {
    editing: {
      initial: 'idle',
      on: { RESET: '.idle', AGAIN: { target: 'editing', reenter: true } },
      states: {
        idle: { on: { TYPE: { guard: and(['isOpen', not('isLocked')]), target: 'busy' } } },
        busy: { after: { 1500: 'idle' } },
        was: { type: 'history', history: 'deep' },
      },
    },
    both: {
      type: 'parallel',
      onDone: 'end',
      states: {
        left: { initial: 'on', states: { on: { on: { 'A;B': 'off' } }, off: { type: 'final' } } },
        right: { initial: 'on', states: { on: { on: { '*': 'off' } }, off: { type: 'final' } } },
      },
    },
    stopped: { on: { BACK: 'editing.was', SPLIT: 'both', LOG: {} } },
    end: { type: 'final' },
  },
});
