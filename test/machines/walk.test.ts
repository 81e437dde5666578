import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, StateMachine } from 'xstate';
import { checkMachine } from '../../src/actors/check-machine.ts';
import * as machines from '../../src/machines/index.ts';
import { nodesOf, transitionsOf } from './support.ts';

const all: AnyStateMachine[] = Object.values(machines).filter((value) => value instanceof StateMachine);

/** Effects that cannot be dropped, only revoked. */
const irreversible = new Set(['writeFile', 'commitFile']);

/** States that no clock ends, by design: only an event from outside does. */
const endlessByDesign: Record<string, string> = {
  'change.detected': 'it was just seen: its first save follows at once, by the watcher',
  'change.settled': 'nothing is to be done until a file, an answer, an approval or a model comes',
  'change.failed': 'a person, or the next save, decides to try again',
  'change.absent': 'it waits for its branch',
  'change.archived': 'it is over, unless a branch has it active',
  'documentUpdate.awaitingApproval': 'a person decides, and may take as long as they like',
};

it('walks the machines that are there', () => {
  expect(all.map(({ id }) => id).sort()).toEqual(['change', 'documentUpdate', 'question']);
});

describe.each(all.map((machine) => [machine.id, machine] as const))('the machine %s', (_, machine) => {
  const nodes = nodesOf(machine.root);
  const sources = new Set(Object.keys(machine.implementations.actors));

  it('has an id, a version and an end to its loops', () => {
    expect(machine.id).not.toBe('(machine)');
    expect(machine.version).toMatch(/^\d+$/);
    expect(machine.options.maxIterations).toBeLessThanOrEqual(1000);
  });

  it('is accepted by the durable runtime', () => {
    expect(checkMachine(machine, { sources, irreversible })).toEqual([]);
  });

  it('names every invoke and its source, and uses every source that it declares', () => {
    const invokes = nodes.flatMap((node) => node.invoke);
    for (const { id, src } of invokes) {
      expect(id).not.toMatch(/^\d+\./);
      expect([...sources]).toContain(src);
    }
    expect(new Set(invokes.map(({ src }) => src))).toEqual(sources);
    expect(new Set(invokes.map(({ id }) => id)).size).toBe(invokes.length);
  });

  it('has a way out of every failure of an invoke', () => {
    for (const node of nodes) {
      for (const { id } of node.invoke) {
        const ways = node.transitions.get(`xstate.error.actor.${id}`) ?? [];
        expect(ways.some(({ guard, target }) => guard === undefined && target !== undefined)).toBe(true);
      }
    }
  });

  it('waits nowhere without an end, but where only the outside can end it', () => {
    const hasAfter = (node: (typeof nodes)[number]) => node.after.length > 0;
    const endless = nodes.filter((node) => {
      if (node.type !== 'atomic') return false;
      // Work may hang: the state that asked for it has a net of its own. Who only listens may lean on an outer one.
      if (node.invoke.length > 0) return !hasAfter(node);
      for (let at: typeof node.parent = node; at !== undefined; at = at.parent)
        if (hasAfter(at)) return false;
      return true;
    });
    const expected = Object.keys(endlessByDesign).filter((id) => id.startsWith(`${machine.id}.`));
    expect(endless.map(({ id }) => id).sort()).toEqual(expected.sort());
  });

  it('listens to no event of XState that the durable runtime does not give', () => {
    const types = transitionsOf(machine).map(({ eventType }) => eventType);
    const own = types.filter((type) => type.startsWith('xstate.'));
    for (const type of own) expect(type).toMatch(/^xstate\.(done\.(actor|state)|error\.actor|after)\./);
  });
});
