import type { ChangeDetail, ChangeSummary, Update } from '../../src/types/index.ts';
import type { FeedEvent, WorkflowApi } from '../../src/workflow/api.ts';
import type { Road } from '../questions/support.ts';

const update: Update = {
  id: 'u-1',
  path: 'changes/pay/design.md',
  state: 'awaitingApproval',
  kind: 'edit',
  reason: 'clearer',
  at: '2026-01-01T00:00:00.000Z',
  hunks: [{ line: 1, before: ['a'], after: ['b'] }],
};

const summary: ChangeSummary = {
  id: 'pay',
  state: 'settled',
  since: '2026-01-01T00:00:00.000Z',
  rounds: 1,
  findings: { error: 0, warning: 0, info: 0 },
  questions_open: 0,
  updates_pending: 1,
};

function absent(): never {
  throw new Error('this test has no such part');
}

/** What the MCP faces stand on: questions and agents of a real road, one change and one update beside it. */
export function workflowOn(road: Road): WorkflowApi & { approved: string[]; processed: string[] } {
  const { router, directory, runtime } = road;
  const approved: string[] = [];
  const processed: string[] = [];
  const detail: ChangeDetail = { ...summary, findings_list: [], questions: [], updates: [update] };
  return {
    approved,
    processed,
    ask: (request) => router.ask(request),
    async listQuestions(options = {}) {
      return await router.list(options);
    },
    getQuestion: (id, options = {}) => router.wait(id, { waitMs: options.waitMs ?? 0, ...options }),
    answerQuestion: (id, answer) => router.answer(id, answer),
    cancelQuestion: (id, why) => router.cancel(id, why),
    listThreads: async () => ({ items: await router.threads() }),
    getThread: (id) => router.thread(id),
    listAgents: async () => ({ items: await directory.describe() }),
    registerAgent: (agent) => directory.register(agent),
    listChanges: async () => ({ items: [summary] }),
    getChange: async (id) => (id === 'pay' ? detail : undefined),
    async processChange(id) {
      processed.push(id);
    },
    readDocument: async (path) => {
      const found = road.documents.find(({ file }) => file === path);
      return found === undefined ? undefined : { path, text: found.text, hash: 'h' };
    },
    updateDocumentWith: async ({ path, reason, author, authorKind }) => [
      { ...update, path, reason: `${reason} (${authorKind} ${author})` },
    ],
    documentHistory: async () => ({ items: [{ update: 'u-1', at: update.at, author: 'Ada' }] }),
    async approveUpdate(id) {
      approved.push(id);
      return { ...update, state: 'applied' };
    },
    rejectUpdate: async () => ({ ...update, state: 'rejected' }),
    undoUpdate: async (id) => ({ ...update, id: 'u-2', state: 'applied', reverts: id }),
    health: async () => ({
      status: 'ok',
      version: '1.2.3',
      root: '/r/openspec',
      redis: { origin: 'test', ok: true, notes: [] },
      model: { state: 'down', paused: false, waiting: 0 },
      changes: { settled: 1 },
      questions_open: 0,
      updates_pending: 1,
      repeated_calls: 0,
    }),
    async *events({ signal }): AsyncGenerator<FeedEvent> {
      const queue: FeedEvent[] = [];
      let wake = () => {};
      const stop = runtime.onCommitted(({ actor, machine }) => {
        const [from, to, at] = ['', '', new Date().toISOString()];
        queue.push({ id: String(queue.length), at, type: 'x', actor, machine, from, to });
        wake();
      });
      signal.addEventListener('abort', () => wake());
      try {
        while (!signal.aborted) {
          const next = queue.shift();
          if (next !== undefined) yield next;
          else {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        stop();
      }
    },
    retryChange: absent,
    cancelChange: absent,
    readiness: absent,
    metrics: absent,
    listUpdates: absent,
    getUpdate: absent,
    listActors: absent,
    getActor: absent,
    actorHistory: absent,
    pauseModels: absent,
    resumeModels: absent,
  };
}
