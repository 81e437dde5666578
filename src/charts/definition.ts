import type { AnyStateMachine } from 'xstate';

/**
 * A machine's configuration as JSON, which the Stately editor imports and its inspector draws. What is written in place
 * (an `assign`, a condition) cannot leave as JSON: it is named by its kind.
 */
export function machineDefinition(machine: AnyStateMachine): string {
  return JSON.stringify(machine.config, (_key, value: unknown) => {
    if (typeof value !== 'function') return value;
    const { type, name } = Object(value);
    return { type: typeof type === 'string' ? type : name || 'inline' };
  });
}
