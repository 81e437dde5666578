import type { ActorRuntime, Registration } from '../../src/actors/index.ts';
import { TerminalError } from '../../src/errors.ts';
import { ImprovementStore } from '../../src/improvement/improvement-store.ts';
import { FeedbackLoop, type FeedbackLoopOptions } from '../../src/improvement/index.ts';
import {
  type AskResult,
  type Candidate,
  documentUpdateMachine,
  type QuestionInput,
  questionMachine,
} from '../../src/machines/index.ts';
import { openTunables, type Tunables } from '../../src/tunables/index.ts';
import { openRuntime } from '../actors/support.ts';
import type { TestRedis } from '../support/redis.ts';

/** How a question of the plant fares: the archivist's coverage of it, or what else becomes of it. */
export type Fate = number | 'unknown' | 'breaks';

/**
 * Real questions on the real runtime, asked of an archivist whose threshold is the tunable in force: what the loop
 * changes has an effect that it can measure.
 */
export interface Plant {
  runtime: ActorRuntime;
  tunables: Tunables;
  loop: FeedbackLoop;
  store: ImprovementStore;
  /** asks one question for each fate, and waits until it is known who answers it */
  ask(fates: readonly Fate[]): Promise<string[]>;
  /** writes words of the archivist into a document; takes such an update back, as a person does */
  quote(): Promise<string>;
  undo(update: string): Promise<string>;
  /** another door to the same loop */
  open(options: Partial<FeedbackLoopOptions>): FeedbackLoop;
  close(): Promise<void>;
}

/** Updates that go through at once: what counts here is that they were written, and undone. */
const updates: Registration = {
  machine: documentUpdateMachine,
  effects: {
    admitUpdate: { queue: 'work', run: async () => ({ kind: 'new' }) },
    applyToCopy: {
      queue: 'work',
      run: async () => ({ kind: 'applied', before: 'a', after: 'b', hunks: [] }),
    },
    validateCopy: { queue: 'work', run: async () => ({ ok: true }) },
    prepareWrite: { queue: 'work', run: async () => ({ kind: 'ready' }) },
    writeFile: {
      queue: 'work',
      run: async () => ({ kind: 'written' }),
      revoke: async () => ({ kind: 'revoked' }),
    },
    commitFile: {
      queue: 'work',
      run: async () => ({ kind: 'committed', commit: 'c' }),
      revoke: async () => ({ kind: 'revoked' }),
    },
  },
};

const archivist: Candidate = { agent: 'archivist', kind: 'archivist', why: 'first' };

export async function openPlant(
  redis: TestRedis,
  options: { mode?: FeedbackLoopOptions['mode']; honoursThreshold?: boolean } = {},
): Promise<Plant> {
  const ns = `plant-${Math.random().toString(36).slice(2)}`;
  const client = redis.connect();
  const tunables = await openTunables({ redis: client, ns, environment: {} });
  const fates = new Map<string, Fate>();
  const needed = () =>
    options.honoursThreshold === false ? 0.8 : tunables.numberNow('questions.archivist_threshold');

  function answer({ question }: QuestionInput): AskResult {
    const fate = fates.get(question);
    if (fate === 'breaks') throw new TerminalError(`no answer to "${question}" after 30 s`);
    if (typeof fate !== 'number')
      return { kind: 'declined', why: 'no passage of specs, archive or docs says it' };
    if (fate >= needed()) {
      const by = 'archivist (specs/shop/spec.md:3)';
      return {
        kind: 'answered',
        answer: { text: 'It is so.', by, kind: 'archivist' },
        at: new Date().toISOString(),
      };
    }
    const [covered, wanted] = [Math.floor(fate * 100), Math.round(needed() * 100)];
    return {
      kind: 'declined',
      why: `the nearest passage (specs/shop/spec.md:3) covers ${covered} % of it; ${wanted} % are needed`,
    };
  }

  const registration: Registration = {
    machine: questionMachine,
    effects: {
      recordQuestion: { queue: 'work', run: async () => ({ recorded: true }) },
      findMatch: { queue: 'work', run: async () => ({ kind: 'none' }) },
      routeQuestion: { queue: 'work', run: async () => ({ candidates: [archivist] }) },
      askAgent: { queue: 'work', run: async (input: { question: QuestionInput }) => answer(input.question) },
    },
  };
  const runtime = await openRuntime(redis, [registration, updates], { namespace: ns });
  const open = (more: Partial<FeedbackLoopOptions>) =>
    new FeedbackLoop({
      actors: runtime,
      history: (id) => runtime.history(id),
      counters: () => runtime.store.counters(),
      tunables,
      redis: client,
      ns,
      mode: options.mode ?? 'auto',
      threshold: 0.1,
      ...more,
    });
  let asked = 0;
  let written = 0;
  async function write(more: { answeredBy?: string; reverts?: string }): Promise<string> {
    written += 1;
    const update = `u-${written}`;
    const { answeredBy, reverts } = more;
    const input = {
      update,
      path: 'changes/a/proposal.md',
      kind: 'answer',
      reason: 'test',
      draft: update,
      at: new Date().toISOString(),
      needsApproval: false,
      provenance: { author: 'test', ...(answeredBy && { answeredBy }) },
      ...(reverts && { reverts }),
    };
    await runtime.start('documentUpdate', `update/${update}`, input);
    await runtime.waitFor(`update/${update}`, ({ state }) => state === 'applied', { timeoutMs: 20_000 });
    return update;
  }
  async function askOne(fate: Fate): Promise<string> {
    asked += 1;
    const [question, text] = [`q-${asked}`, `Is ${asked} so?`];
    const id = `question/${question}`;
    fates.set(question, fate);
    const input = { question, text, askedBy: 'test', askedAt: new Date().toISOString() };
    await runtime.start('question', id, input);
    const known = ({ state }: { state: string }) => ['answered', 'escalated'].includes(state);
    await runtime.waitFor(id, known, { timeoutMs: 20_000 });
    return id;
  }
  return {
    runtime,
    tunables,
    loop: open({}),
    store: new ImprovementStore(client, ns),
    open,
    async ask(wanted) {
      const ids: string[] = [];
      // A few at once, as an agent asks them; their order stays nearly that of the fates.
      for (let at = 0; at < wanted.length; at += 10) {
        ids.push(...(await Promise.all(wanted.slice(at, at + 10).map(askOne))));
      }
      return ids;
    },
    quote: () => write({ answeredBy: 'archivist (specs/shop/spec.md:3)' }),
    undo: (update) => write({ reverts: update }),
    close: () => runtime.close(),
  };
}

/** A mix of fates: each as often as said, evenly spread. */
export function mixed(counts: readonly (readonly [Fate, number])[]): Fate[] {
  const left = counts.map(([fate, count]) => ({ fate, count, total: count }));
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  return Array.from({ length: all }, () => {
    const next = left.reduce((a, b) => (b.count / b.total > a.count / a.total ? b : a));
    next.count -= 1;
    return next.fate;
  });
}
