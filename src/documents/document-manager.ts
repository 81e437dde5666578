import { randomUUID } from 'node:crypto';
import type { SnapshotFrom } from 'xstate';
import type { ActorClient, ActorView } from '../actors/api.ts';
import { ConflictError, UserError } from '../errors.ts';
import { documentUpdateMachine, type UpdateInput } from '../machines/document-update.ts';
import type { Section } from '../openspec/index.ts';
import type { Edit, HistoryEntry, Update } from '../types/index.ts';
import { authorKindOf, isSensitive, needsApproval } from './approval-policy.ts';
import { checkDraft, type Verdict } from './draft-check.ts';
import { applyEdits } from './edits/apply-edits.ts';
import { readText } from './edits/document-text.ts';
import { outlineOf } from './edits/outline.ts';
import { proposalFor } from './proposal.ts';
import type { ProposeRequest } from './propose.ts';
import { readRootFile } from './sink/root-file.ts';
import { safePath } from './sink/safe-path.ts';
import { contentHash } from './store/blob-store.ts';
import type { DocumentStore } from './store/document-store.ts';
import type { UpdateRecord } from './store/update-record.ts';
import { editKeyOf, updateActor, updateId } from './update-identity.ts';
import { UpdateList, type UpdateListOptions, type UpdatePage } from './update-list.ts';
import { historyEntry, viewOfSnapshot } from './update-view.ts';

export interface DocumentManagerOptions {
  /** absolute path of the OpenSpec folder */
  root: string;
  store: DocumentStore;
  actors: ActorClient;
  /** document_updates.mode */
  mode: 'approve' | 'auto';
}

/** A document of the root as it is now. `path` is relative to the root, `hash` the sha-256 of its bytes. */
export interface OpenSpecDocument {
  path: string;
  text: string;
  hash: string;
  sections: Section[];
}

const outcomeWaitMs = 60_000;
const restingStates = new Set(['awaitingApproval', 'waitingForRepository']);

/**
 * Reads, edits and takes back the documents of one OpenSpec folder. It writes nothing itself: every edit is an actor of
 * the machine `documentUpdate`, which goes through copy, validation, approval, backup, write and commit.
 */
export class DocumentManager {
  readonly #o: DocumentManagerOptions;
  readonly #updates: UpdateList;

  constructor(options: DocumentManagerOptions) {
    this.#o = options;
    this.#updates = new UpdateList(options);
  }

  /** @throws UserError `not-found` where there is no such file, `bad-path` for a path that leads elsewhere */
  async readOpenspec(path: string): Promise<OpenSpecDocument> {
    const file = safePath(this.#o.root, path);
    const bytes = await readRootFile(this.#o.root, file);
    if (bytes === undefined)
      throw new UserError('there is no such document', { which: file, code: 'not-found' });
    const document = readText(bytes);
    const sections = document && outlineOf(document)?.sections;
    return { path: file, text: bytes.toString('utf8'), hash: contentHash(bytes), sections: sections ?? [] };
  }

  /**
   * Replaces the bodies of sections, by their titles.
   *
   * @returns true when it stands in the file; false when it was refused or waits for approval
   */
  async updateOpenspec(path: string, updates: Record<string, string>): Promise<boolean> {
    const file = safePath(this.#o.root, path);
    const edits = Object.entries(updates).map(
      ([heading, body]): Edit => ({ op: 'replace-section', file, heading, body }),
    );
    if (edits.length === 0) return false;
    const provenance = { author: 'person:api' };
    const id = await this.propose({
      path: file,
      edits,
      kind: 'document',
      reason: 'asked for through the API',
      authorKind: 'person',
      provenance,
    });
    return (await this.#outcome(id)) === 'applied';
  }

  /**
   * Proposes a change of one's own: `changes/<id>/proposal.md`, where nothing stands yet.
   *
   * @returns the change's id, made from the title
   */
  async createProposal(title: string, content: string): Promise<string> {
    const { change, file, text, stands } = await proposalFor(this.#o.root, title, content);
    if (stands) return change;
    const id = await this.propose({
      path: file,
      edits: [{ op: 'replace-file', file, content: text }],
      kind: 'proposal',
      reason: `proposes "${title}"`,
      authorKind: 'person',
      provenance: { author: 'person:api' },
      needsApproval: false,
    });
    const state = await this.#outcome(id);
    if (state === 'applied' || state === 'waitingForRepository') return change;
    const note = (await this.get(id))?.note;
    throw new UserError('the proposal was not written', { which: file, why: note ?? `it is ${state}` });
  }

  /** What was written to a file, or to the files of a folder, newest first. */
  async getChangeHistory(path: string): Promise<HistoryEntry[]> {
    const { store, root } = this.#o;
    await store.refresh();
    const written = store.historyOf(safePath(root, path)).filter((update) => update.written);
    return written.map((update) => historyEntry(update, store.undoneBy(update.id)));
  }

  /**
   * Proposes an edit of one file. The same edit for the same question is one update for ever, however often it is
   * proposed; what a person asks for outside of a question is new each time, unless it has a key.
   *
   * @returns the update's id
   */
  async propose(request: ProposeRequest): Promise<string> {
    const { root, store, mode } = this.#o;
    const path = safePath(root, request.path);
    const edits = request.edits.map((edit): Edit => ({ ...edit, file: safePath(root, edit.file) }));
    if (edits.length === 0 || edits.some(({ file }) => file !== path))
      throw new UserError('an update edits one file', {
        which: path,
        why: 'its edits name another one, or none',
      });
    const { kind, reason, provenance, proposer } = request;
    const change = request.change ?? changeOf(path);
    const authorKind = request.authorKind ?? authorKindOf(provenance);
    const anew = authorKind === 'person';
    const nonce = request.key ?? (anew && provenance.question === undefined ? randomUUID() : '');
    const id = updateId([path, kind, edits, provenance.question ?? '', nonce]);
    const byPolicy = needsApproval(mode, { kind, edits, authorKind });
    const update: UpdateRecord = {
      id,
      path,
      kind,
      reason,
      at: new Date().toISOString(),
      authorKind,
      provenance,
      draft: await store.putDraft({ kind: 'edits', edits }),
      editKey: editKeyOf(path, edits),
      anew,
      ...(change === undefined ? {} : { change }),
    };
    const waits = (request.needsApproval ?? byPolicy) || isSensitive({ kind, edits });
    await this.#start(update, { needsApproval: waits, proposer });
    return id;
  }

  /**
   * Takes an applied update back, by an update of its own. Asked again while one is under way, it is that one.
   *
   * @param options.hunks those to take back, by index; all when not given
   * @returns the id of the update that reverts it
   * @throws UserError `not-found`; ConflictError when it does not stand in the file (any more)
   */
  async undo(id: string, by: string, options: { hunks?: number[] } = {}): Promise<string> {
    const { store } = this.#o;
    const undone = await this.#mustFind(id);
    if (undone.written !== true || undone.state === 'rolledBack')
      throw new ConflictError(`the update ${id} was never written, so there is nothing to undo`);
    const earlier = store.undoneBy(id);
    if (earlier !== undefined) throw new ConflictError(`the update ${id} is undone already, by ${earlier}`);
    const tries = store.all().filter(({ reverts }) => reverts === id);
    for (const { id: underWay } of tries) {
      if ((await this.#o.actors.get(updateActor(underWay)))?.status === 'active') return underWay;
    }
    const hunks = options.hunks ?? null;
    const update: UpdateRecord = {
      id: updateId(['undo', id, hunks, tries.length]),
      path: undone.path,
      kind: 'undo',
      reason: `undoes ${id}: ${undone.reason}`,
      at: new Date().toISOString(),
      authorKind: 'person',
      provenance: { author: `person:${by}` },
      draft: await store.putDraft({ kind: 'revert', update: id, hunks }),
      editKey: `undo ${id}`,
      anew: true,
      reverts: id,
      ...(undone.change === undefined ? {} : { change: undone.change }),
    };
    await this.#start(update, { needsApproval: false });
    return update.id;
  }

  /** A person's yes, to all of an update or to some of its hunks. @throws ConflictError when it waits for none */
  async approve(id: string, { by, hunks }: { by: string; hunks?: number[] }): Promise<void> {
    await this.#mustFind(id);
    const event = { type: 'APPROVE', by, ...(hunks === undefined ? {} : { hunks }) };
    await this.#tell(id, event, 'waits for no approval');
  }

  /** @throws ConflictError when it is too late to reject it */
  async reject(id: string, why: string): Promise<void> {
    await this.#mustFind(id);
    const event = { type: 'REJECT', why };
    await this.#tell(id, event, 'cannot be rejected any more');
  }

  get(id: string): Promise<Update | undefined> {
    return this.#updates.get(id);
  }

  /** Newest first; `cursor` is what the page before gave. */
  list(options: UpdateListOptions = {}): Promise<UpdatePage> {
    return this.#updates.list(options);
  }

  toUpdate(snapshot: SnapshotFrom<typeof documentUpdateMachine>): Update {
    return viewOfSnapshot(snapshot, this.#o.store.undoneBy(snapshot.context.input.update));
  }

  /** Whether edits of a change could be written as it is now, and if not which finding stands against them. */
  async verifyDraft(
    change: string,
    edits: readonly Edit[],
    options: { rules?: boolean } = {},
  ): Promise<Verdict> {
    const files = new Map<string, Buffer | undefined>();
    for (const edit of edits) {
      const file = safePath(this.#o.root, edit.file);
      const bytes = files.has(file) ? files.get(file) : await readRootFile(this.#o.root, file);
      const applied = applyEdits(bytes, [{ ...edit, file }]);
      if (applied.kind === 'refused') return { ok: false, why: applied.why };
      files.set(file, applied.bytes);
    }
    return checkDraft({ root: this.#o.root, change, files, rules: options.rules ?? true });
  }

  async #start(
    update: UpdateRecord,
    more: { needsApproval: boolean; proposer?: string | undefined },
  ): Promise<void> {
    const { store, actors } = this.#o;
    await store.add(update);
    const { id, path, kind, reason, draft, at, provenance, change, reverts } = update;
    const input: UpdateInput = {
      update: id,
      path,
      kind,
      reason,
      draft,
      at,
      provenance,
      needsApproval: more.needsApproval,
      ...(change === undefined ? {} : { change }),
      ...(more.proposer === undefined ? {} : { proposer: more.proposer }),
      ...(reverts === undefined ? {} : { reverts }),
    };
    await actors.start(documentUpdateMachine.id, updateActor(id), input);
  }

  /** The state that an update comes to rest in: its end, or where it waits for somebody. */
  async #outcome(id: string): Promise<string | undefined> {
    const rests = ({ state, status }: ActorView) => status !== 'active' || restingStates.has(state);
    const view = await this.#o.actors.waitFor(updateActor(id), rests, { timeoutMs: outcomeWaitMs });
    return view?.state;
  }

  async #tell(id: string, event: { type: string }, refusal: string): Promise<void> {
    const { verdict, state } = await this.#o.actors.send(updateActor(id), event);
    if (verdict !== 'applied' && verdict !== 'duplicate')
      throw new ConflictError(`the update ${id} ${refusal}: it is ${state}`);
  }

  async #mustFind(id: string): Promise<UpdateRecord> {
    await this.#o.store.refresh();
    const found = this.#o.store.find(id);
    if (found === undefined) throw new UserError('there is no such update', { which: id, code: 'not-found' });
    return found;
  }
}

/** The active change whose folder a path lies in. */
function changeOf(path: string): string | undefined {
  const [folder, change, rest] = path.split('/');
  return folder === 'changes' && change !== 'archive' && rest !== undefined ? change : undefined;
}
