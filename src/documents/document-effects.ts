import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import type { ActorClient, EffectContext, EffectDefinition } from '../actors/api.ts';
import { commitEdit, lookAt, type NoRepository, openRepository, type Repository } from '../git/index.ts';
import type {
  ApplyResult,
  CommitResult,
  UpdateInput,
  UpdateWork,
  WriteResult,
} from '../machines/document-update.ts';
import { archiveLockHeld } from '../openspec/index.ts';
import type { UpdateState } from '../types/index.ts';
import { admit } from './admit.ts';
import { applyDraft } from './apply-draft.ts';
import { awaitedBranch } from './awaited-branch.ts';
import { commitMessage, trailersOf } from './commit-message.ts';
import { checkDraft } from './draft-check.ts';
import { keepPlainBackup } from './plain-backup.ts';
import type { GuardedWork, Sink } from './sink/sink.ts';
import { absent } from './store/blob-store.ts';
import type { DocumentStore } from './store/document-store.ts';

export interface DocumentEffectsDeps {
  root: string;
  stateDir: string;
  store: DocumentStore;
  sink: Sink;
  actors: ActorClient;
  /** document_updates.auto_commit */
  autoCommit: boolean;
  /** document_updates.backup_before_update: the old bytes as a plain file, too */
  plainBackups: boolean;
  /** document_updates.branch: `current`, or the branch that has to be checked out */
  branch: string;
  /** false while somebody else's save of the change is younger than a second */
  quiet(change: string): boolean | Promise<boolean>;
}

export type WriteWork = UpdateWork & { writes: 'after' | 'before' };

/** The work that the machine `documentUpdate` asks for, by the names it uses. */
export interface DocumentEffects {
  admitUpdate: EffectDefinition<UpdateInput, { kind: 'new' } | { kind: 'known'; why: string }>;
  applyToCopy: EffectDefinition<UpdateWork, ApplyResult>;
  validateCopy: EffectDefinition<UpdateWork, { ok: true } | { ok: false; why: string }>;
  prepareWrite: EffectDefinition<UpdateWork, { kind: 'ready' } | { kind: 'waiting'; why: string }>;
  writeFile: EffectDefinition<WriteWork, WriteResult>;
  commitFile: EffectDefinition<UpdateWork, CommitResult>;
}

const queue = 'documents';

const commitAnswerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('committed'), commit: z.string() }),
  z.object({ kind: z.literal('uncommitted'), why: z.string() }),
  z.object({ kind: z.literal('waiting'), why: z.string() }),
  z.object({ kind: z.literal('revoked') }),
]);

/** Each may run twice: the store keeps by content, the sink and git by the effect's id. */
export function documentEffects(deps: DocumentEffectsDeps): DocumentEffects {
  const { store, sink, actors } = deps;
  const { root } = sink;

  async function wrote({ input, before, after }: WriteWork, writes: 'after' | 'before'): Promise<void> {
    const state: { state?: UpdateState } = writes === 'before' ? { state: 'rolledBack' } : {};
    await store.learn(input.update, { before, after, written: writes === 'after', ...state });
  }

  async function settled(work: WriteWork, answer: WriteResult): Promise<WriteResult> {
    if (answer.kind === 'written') await wrote(work, work.writes);
    return answer;
  }

  async function committed({ input }: UpdateWork, answer: CommitResult): Promise<CommitResult> {
    if (answer.kind === 'committed')
      await store.learn(input.update, { state: 'applied', commit: answer.commit });
    if (answer.kind === 'uncommitted')
      await store.learn(input.update, { state: 'applied', note: answer.why });
    if (answer.kind === 'revoked')
      await store.learn(input.update, { state: 'applied', note: 'the commit was given up' });
    return answer;
  }

  function guarded(work: UpdateWork, { effectId, signal }: EffectContext): GuardedWork<CommitResult> {
    return {
      effectId,
      signal,
      answers: commitAnswerSchema,
      revoked: { kind: 'revoked' },
      run: (lockFd) => commit(work, { effectId, signal, lockFd }),
    };
  }

  async function commit(
    { input, before, after }: UpdateWork,
    call: { effectId: string; signal: AbortSignal; lockFd: number },
  ): Promise<CommitResult> {
    if (!deps.autoCommit) return { kind: 'uncommitted', why: 'document_updates.auto_commit is off' };
    const repository = await openRepository(root);
    // Somebody may have switched since the file was written: the commit waits until they are back.
    const awaited = await awaitedBranch(repository, deps.branch);
    if (awaited !== undefined) return waiting(awaited);
    if (repository.kind === 'none') return { kind: 'uncommitted', why: repository.why };
    const bytesOf = (hash: string) => (hash === absent ? undefined : store.getBlob(hash));
    const result = await commitEdit(repository, {
      path: inRepository(repository, join(root, input.path)),
      before: await bytesOf(before),
      after: await bytesOf(after),
      message: commitMessage(input),
      trailers: trailersOf(input),
      journalDir: join(deps.stateDir, 'git'),
      ...call,
    });
    if (result.kind === 'committed') return { kind: 'committed', commit: result.commit };
    return result.kind === 'waiting' ? result : { kind: 'uncommitted', why: result.why };
  }

  return {
    admitUpdate: { queue, run: (input) => admit(store, actors, input) },

    applyToCopy: { queue, run: (work) => applyDraft({ store, read: (path) => sink.read(path), work }) },

    validateCopy: {
      queue,
      async run({ input, after }) {
        const { path, change, update } = input;
        if (change === undefined || !isJudged(input)) return { ok: true };
        const bytes = after === absent ? undefined : await store.getBlob(after);
        const rules = store.find(update)?.authorKind !== 'person';
        return checkDraft({ root, change, files: new Map([[path, bytes]]), rules });
      },
    },

    prepareWrite: {
      queue,
      async run({ input, before }) {
        const bytes = before === absent ? undefined : await store.getBlob(before);
        if (await archiveLockHeld(root)) return waiting('OpenSpec is archiving a change');
        if (input.change !== undefined && !(await deps.quiet(input.change)))
          return waiting('the change is being saved by somebody else');
        const repository = await openRepository(root);
        const why =
          (await awaitedBranch(repository, deps.branch)) ??
          (await repositoryBusy(repository, join(root, input.path)));
        if (why !== undefined) return waiting(why);
        if (deps.plainBackups && bytes !== undefined) {
          const { update, path } = input;
          await keepPlainBackup({ stateDir: deps.stateDir, update, path, bytes });
        }
        return { kind: 'ready' };
      },
    },

    writeFile: {
      queue,
      async run(work, { effectId, signal }) {
        const [before, after] =
          work.writes === 'after' ? [work.before, work.after] : [work.after, work.before];
        return settled(work, await sink.write({ effectId, path: work.input.path, before, after, signal }));
      },
      revoke: async (work, { effectId, failure }) =>
        unlessFailed(await settled(work, await sink.revoke(effectId)), failure),
    },

    commitFile: {
      queue,
      run: async (work, context) => committed(work, await sink.guard(guarded(work, context))),
      revoke: async (work, context) =>
        unlessFailed(
          await committed(work, await sink.revokeGuarded(guarded(work, context))),
          context.failure,
        ),
    },
  };
}

/** A revoke after the last attempt failed: where nothing was done, the failure is the outcome. */
function unlessFailed<Answer extends { kind: string }>(answer: Answer, failure: Error | undefined): Answer {
  if (failure !== undefined && answer.kind === 'revoked') throw failure;
  return answer;
}

/**
 * Taking back is never refused: the person had these bytes before. A new proposal has no deltas yet, which strict
 * validation asks for.
 */
function isJudged({ path, change, kind, reverts }: UpdateInput): boolean {
  if (reverts !== undefined || kind === 'proposal') return false;
  return path.startsWith(`changes/${change}/`) || path.startsWith('specs/');
}

/** Only what passes by itself is waited for: what cannot be committed is written all the same. */
async function repositoryBusy(
  repository: Repository | NoRepository,
  file: string,
): Promise<string | undefined> {
  if (repository.kind === 'none') return undefined;
  const state = await lookAt(repository, [inRepository(repository, file)]);
  return !state.ready && state.waiting ? state.why : undefined;
}

function inRepository({ topLevel }: Repository, file: string): string {
  return relative(topLevel, file).split(sep).join('/');
}

function waiting(why: string): { kind: 'waiting'; why: string } {
  return { kind: 'waiting', why };
}
