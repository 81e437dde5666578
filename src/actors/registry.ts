import { createHash } from 'node:crypto';
import { type AnyStateMachine, fromPromise } from 'xstate';
import { UserError } from '../errors.ts';
import type { EffectDefinition } from './api.ts';
import { checkMachine } from './check-machine.ts';

/** Effects of all shapes live in one table; each machine's own types have checked them. */
export type AnyEffect = EffectDefinition<unknown, unknown>;

/** A machine and how its work is done: each invoke's source names an effect or a child machine. */
export interface Registration {
  machine: AnyStateMachine;
  effects?: Record<string, AnyEffect>;
  /** source name to the id of another registered machine */
  children?: Record<string, string>;
}

export interface RegisteredMachine {
  /** the machine with inert work: transitions of it start nothing */
  machine: AnyStateMachine;
  id: string;
  version: string;
  hash: string;
  effects: Record<string, AnyEffect>;
  children: Record<string, string>;
}

/** What is stored of a version: a changed definition under the same version is another machine. */
export function structuralHash(machine: AnyStateMachine): string {
  const shape = JSON.stringify(machine.config, (_key, value: unknown) =>
    typeof value === 'function' ? `code:${'type' in value ? String(value.type) : ''}` : value,
  );
  return createHash('sha256').update(shape).digest('hex').slice(0, 16);
}

/** Checks a machine and takes the life out of its actors. Throws a UserError that lists every problem with its state. */
export function registerMachine(registration: Registration): RegisteredMachine {
  const { machine, effects = {}, children = {} } = registration;
  const sources = new Set([...Object.keys(effects), ...Object.keys(children)]);
  const irreversible = new Set(Object.keys(effects).filter((name) => effects[name]?.revoke !== undefined));
  const problems = checkMachine(machine, { sources, irreversible });
  if (problems.length > 0 || machine.version === undefined) {
    throw new UserError('this machine cannot be run durably', {
      which: machine.id,
      why: problems.map(({ state, problem }) => `${state}: ${problem}`).join('\n        '),
      next: 'change these places of its configuration',
      code: 'machine-refused',
    });
  }
  const inert = fromPromise(() => new Promise(() => {}));
  const actors = Object.fromEntries([...sources].map((source) => [source, inert]));
  return {
    machine: machine.provide({ actors }),
    id: machine.id,
    version: machine.version,
    hash: structuralHash(machine),
    effects,
    children,
  };
}

/** The machines of this process, by id and version. */
export class Registry {
  readonly #versions = new Map<string, RegisteredMachine>();
  readonly #latest = new Map<string, RegisteredMachine>();

  /** @param registrations of one machine the newest version last: new actors start with it, older ones go on with theirs */
  constructor(registrations: readonly Registration[]) {
    for (const registration of registrations) {
      const registered = registerMachine(registration);
      this.#versions.set(`${registered.id}@${registered.version}`, registered);
      this.#latest.set(registered.id, registered);
    }
    for (const { id, children } of this.#versions.values()) {
      for (const [source, child] of Object.entries(children)) {
        if (this.#latest.has(child)) continue;
        throw new UserError('a machine names a child that is not registered', {
          which: id,
          why: `source "${source}" is to run machine "${child}"`,
          next: 'register that machine as well',
          code: 'machine-refused',
        });
      }
    }
  }

  find(id: string, version: string): RegisteredMachine | undefined {
    return this.#versions.get(`${id}@${version}`);
  }

  latest(id: string): RegisteredMachine | undefined {
    return this.#latest.get(id);
  }

  all(): RegisteredMachine[] {
    return [...this.#versions.values()];
  }

  /** Every queue that an effect names. */
  get queues(): string[] {
    return this.all().flatMap(({ effects }) => Object.values(effects).map(({ queue }) => queue));
  }
}
