import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import type { ActorView, HistoryEntry } from '../../src/actors/index.ts';
import { type InspectorSource, inspectorFeed } from '../../src/inspector/feed.ts';
import { type WireEvent, wireActor, wireTransition } from '../../src/inspector/wire.ts';

const AT = '2026-11-23T10:00:00.000Z';

function view(id: string, seq: number, more: Partial<ActorView> = {}): ActorView {
  return {
    id,
    machine: 'question',
    version: '1',
    seq,
    state: 'escalated',
    status: 'active',
    since: AT,
    ...more,
  };
}

function entry(seq: number, more: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    ...{
      seq,
      atMs: 1_000 + seq,
      event: { type: 'X' },
      from: 'routing',
      to: 'escalated',
      effects: [],
      by: 'client',
    },
    ...more,
  };
}

describe('the wire', () => {
  it('gives an actor with its definition, its family and its nested state', () => {
    const wire = wireActor(view('question/q1~3.0.ab', 2, { state: 'matching.searching' }));
    expect(wire).toMatchObject({
      type: '@xstate.actor',
      sessionId: 'question/q1~3.0.ab',
      parentId: 'question/q1',
      rootId: 'question/q1',
      snapshot: { status: 'active', value: { matching: 'searching' } },
    });
    expect(createMachine(JSON.parse(wire.definition ?? '')).id).toBe('question');
  });

  it('names an actor as the source of what it sent, and nobody for clients and for work', () => {
    const sourceOf = (by: string) => wireTransition(view('a', 5), entry(3, { by }))[0].sourceId;
    expect(sourceOf('question/leader')).toBe('question/leader');
    expect(['client', 'client key-1', 'start', 'question/q1~3.0.ab12'].map(sourceOf)).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('says how an actor ended with its last transition only', () => {
    const ended = view('a', 4, { state: 'answered', status: 'done', output: { text: 'yes' } });
    expect(wireTransition(ended, entry(3))[1].snapshot).toEqual({ status: 'active', value: 'escalated' });
    expect(wireTransition(ended, entry(4, { to: 'answered' }))[1].snapshot).toEqual({
      status: 'done',
      value: 'answered',
      output: { text: 'yes' },
    });
  });

  it('keeps the name of a state that this version of the machine does not have', () => {
    expect(wireActor(view('a', 1, { state: 'long.gone' })).snapshot.value).toBe('long.gone');
  });
});

describe('the feed of the inspector', () => {
  /** An actor with a history, of which the feed of transitions tells what a test says. */
  function source(o: {
    view: ActorView;
    listed: boolean;
    history: HistoryEntry[];
    told: string[];
  }): InspectorSource {
    return {
      recentActors: async () => (o.listed ? [view(o.view.id, 2)] : []),
      actor: async (id) => (id === o.view.id ? o.view : undefined),
      history: async () => o.history,
      async *transitions() {
        for (const actor of o.told) yield { actor };
      },
    };
  }

  async function all(given: InspectorSource): Promise<string[]> {
    const seen: WireEvent[] = [];
    for await (const event of inspectorFeed(given, new AbortController().signal)) seen.push(event);
    return seen.map(({ type, id }) => `${type} ${id}`);
  }
  const history = [1, 2, 3, 4].map((seq) => entry(seq));

  it('sends every transition since the list once, however often it is told', async () => {
    const seen = await all(source({ view: view('a', 4), listed: true, history, told: ['a', 'a', 'a'] }));
    expect(seen).toEqual([
      '@xstate.actor a',
      '@xstate.event a.3',
      '@xstate.snapshot a.3',
      '@xstate.event a.4',
      '@xstate.snapshot a.4',
    ]);
  });

  it('announces an actor that was not listed with its past, and skips one that is gone', async () => {
    const seen = await all(source({ view: view('a', 2), listed: false, history, told: ['gone', 'a'] }));
    expect(seen[0]).toBe('@xstate.actor a');
    expect(seen.slice(1)).toEqual(
      [1, 2].flatMap((seq) => [`@xstate.event a.${seq}`, `@xstate.snapshot a.${seq}`]),
    );
  });
});
