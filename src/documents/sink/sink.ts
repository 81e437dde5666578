import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ConflictError } from '../../errors.ts';
import { absent, contentHash } from '../store/blob-store.ts';
import { privateFolder } from '../store/durable-file.ts';
import { IntentJournal, type JournalEntry } from './intent-journal.ts';
import { OwnWrites } from './own-writes.ts';
import { readRootFile, replaceRootFile } from './root-file.ts';
import { RootLock } from './root-lock.ts';
import { pathParts } from './safe-path.ts';
import { settle } from './settle.ts';

export const writeAnswerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('written') }),
  z.object({ kind: z.literal('base-changed') }),
  z.object({ kind: z.literal('conflict'), why: z.string() }),
  z.object({ kind: z.literal('revoked') }),
]);
export type WriteAnswer = z.infer<typeof writeAnswerSchema>;

export interface SinkOptions {
  root: string;
  stateDir: string;
  /** the bytes of a hash that a write names */
  resolveBlob(hash: string): Promise<Buffer>;
  /** is every fence from this effect up to the root of its family live? */
  fenceLive(effectId: string): Promise<boolean>;
  /** told the name of each step as it is done; what it throws, or its never coming back, is a crash at that point */
  onStep?(name: string): void;
}

export interface WriteRequest {
  effectId: string;
  path: string;
  /** hash that the file must have; `absent` where it must not exist */
  before: string;
  /** hash of the bytes to write; `absent` removes the file */
  after: string;
  signal?: AbortSignal;
}

/** Work under the root's lock that is no write of ours: it must find out by itself what an earlier attempt did. */
export interface GuardedWork<Answer> {
  effectId: string;
  answers: z.ZodType<Answer>;
  revoked: Answer;
  /** children must inherit the descriptor */
  run(lockFd: number): Promise<Answer>;
  signal?: AbortSignal;
}

/** The one door through which bytes get into the root: whatever is done twice, late or half, is done once or not at all. */
export interface Sink {
  /** absolute and real */
  readonly root: string;
  write(request: WriteRequest): Promise<WriteAnswer>;
  /** Answers what a write did, or makes sure that no attempt will ever do it. */
  revoke(effectId: string): Promise<WriteAnswer>;
  /** Runs the work and keeps its answer: every later attempt is told the same. */
  guard<Answer>(work: GuardedWork<Answer>): Promise<Answer>;
  /** Answers what the work did (ending what was begun), or makes sure that no attempt will ever do it. */
  revokeGuarded<Answer>(work: GuardedWork<Answer>): Promise<Answer>;
  /** A file of the root, read without following links; undefined where there is none. */
  read(path: string): Promise<Buffer | undefined>;
  /** True once for each write of ours: is this content of this file ours? */
  isOwnWrite(relPath: string, hash: string): boolean;
  /** Forgets answers older than this whose fence is gone; gives how many. */
  prune(olderThanMs: number): Promise<number>;
  close(): Promise<void>;
}

/** Opens the sink of a root. Several processes may: a kernel lock in the state folder lets one write at a time. */
export async function openSink(options: SinkOptions): Promise<Sink> {
  const root = await realpath(options.root);
  const folder = join(
    options.stateDir,
    'sinks',
    createHash('sha256').update(root).digest('hex').slice(0, 32),
  );
  await privateFolder(folder);
  const lock = await RootLock.open(join(folder, 'lock'));
  const journal = new IntentJournal(join(folder, 'journal.jsonl'));
  const own = new OwnWrites();
  const step = (name: string) => options.onStep?.(name);

  /** Every taker of the lock first settles what writers who died left open. */
  function locked<Result>(work: (lockFd: number) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    return lock.hold(async (lockFd) => {
      step('locked');
      await journal.refresh();
      for (const { effectId, intent } of journal.open()) {
        const outcome = await settle(root, intent, options.resolveBlob);
        await journal.note({ effectId, answer: outcome });
      }
      step('settled');
      return work(lockFd);
    }, signal);
  }

  async function answer<Answer>(effectId: string, given: Answer): Promise<Answer> {
    await journal.note({ effectId, answer: given });
    step('answered');
    return given;
  }

  async function writeLocked({ effectId, path, before, after }: WriteRequest): Promise<WriteAnswer> {
    const earlier = journal.get(effectId)?.answer;
    if (earlier !== undefined) return writeAnswerSchema.parse(earlier);
    if (!(await options.fenceLive(effectId))) return answer(effectId, { kind: 'revoked' });
    step('fenced');
    const bytes = after === absent ? undefined : await options.resolveBlob(after);
    const found = contentHash(await readRootFile(root, path));
    if (found !== before) return answer(effectId, { kind: 'base-changed' });
    if (before === after) return answer(effectId, { kind: 'written' });
    const temporary = `.specloop-${createHash('sha256').update(effectId).digest('hex').slice(0, 16)}.tmp`;
    await journal.note({ effectId, intent: { path, before, after, temporary } });
    step('intended');
    const expected = own.expect(path, after);
    try {
      const done = await replaceRootFile(root, { path, bytes, before, temporary, step });
      if (!done) {
        expected.withdraw();
        return await answer(effectId, { kind: 'base-changed' });
      }
    } catch (error) {
      // Whether it stands is told by the file itself, when the lock is next taken.
      expected.withdraw();
      throw error;
    }
    expected.done();
    step('renamed');
    return answer(effectId, { kind: 'written' });
  }

  async function guardLocked<Answer>(work: GuardedWork<Answer>, lockFd: number): Promise<Answer> {
    const { effectId, answers } = work;
    const entry: JournalEntry | undefined = journal.get(effectId);
    if (entry?.answer !== undefined) return answers.parse(entry.answer);
    if (entry?.begun !== true) {
      if (!(await options.fenceLive(effectId))) return answer(effectId, work.revoked);
      await journal.note({ effectId, begun: true });
    }
    step('begun');
    const result = await work.run(lockFd);
    step('run');
    return answer(effectId, result);
  }

  return {
    root,
    write: async (request) => {
      pathParts(request.path);
      return locked(
        () =>
          asConflict(
            () => writeLocked(request),
            (why) => answer(request.effectId, { kind: 'conflict', why }),
          ),
        request.signal,
      );
    },
    revoke: (effectId) =>
      locked(async () => {
        const earlier = journal.get(effectId)?.answer;
        return earlier === undefined
          ? answer(effectId, { kind: 'revoked' })
          : writeAnswerSchema.parse(earlier);
      }),
    guard: (work) => locked((lockFd) => guardLocked(work, lockFd), work.signal),
    revokeGuarded: (work) =>
      locked(async (lockFd) => {
        const entry = journal.get(work.effectId);
        if (entry === undefined) return answer(work.effectId, work.revoked);
        return guardLocked(work, lockFd);
      }),
    read: (path) => readRootFile(root, path),
    isOwnWrite: (relPath, hash) => own.consume(relPath, hash),
    prune: (olderThanMs) =>
      locked(() =>
        journal.prune(
          async ({ effectId, at }) => at < Date.now() - olderThanMs && !(await options.fenceLive(effectId)),
        ),
      ),
    close: async () => {
      await lock.close();
      await journal.close();
    },
  };
}

/** A link or a folder where a file should be is an answer, not a failure. */
async function asConflict(
  work: () => Promise<WriteAnswer>,
  conflict: (why: string) => Promise<WriteAnswer>,
): Promise<WriteAnswer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConflictError) return conflict(error.message);
    throw error;
  }
}
