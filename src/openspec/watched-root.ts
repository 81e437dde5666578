import { listArchivedIds, listChangeIds, readChangeBytes } from './change.ts';
import { contentHash } from './content-hash.ts';
import { readFiles } from './file-bytes.ts';
import { changesFolder, folderOf, specsFolder } from './paths.ts';
import { walkFiles } from './walk.ts';
import type { WatchEvent } from './watch.ts';

/** What a look at the disk needs to know of the watcher around it. */
export interface Looker {
  root: string;
  emit: (event: WatchEvent) => void;
  isOwnWrite: (relPath: string, hash: string | undefined) => boolean;
  /** false when what was just read of this folder may be half of a save, or the root went away: the look does not count */
  isSettled: (folder: string) => Promise<boolean>;
}

/** Ids remembered as gone, for an archive folder that turns up later. */
const maxGone = 1_000;

/**
 * What a watcher last saw of a root, and the difference to what the disk holds now. Only the disk is believed: an event
 * is emitted when the content differs from what was told before, whatever notifications came or were lost.
 */
export class WatchedRoot {
  readonly #looker: Looker;
  readonly #changes = new Map<string, Map<string, string>>();
  readonly #gone = new Set<string>();
  #archived = new Set<string>();
  #specs = new Map<string, string>();

  constructor(looker: Looker) {
    this.#looker = looker;
  }

  get changeIds(): string[] {
    return [...this.#changes.keys()];
  }

  /** The first look: tells every change as `initial`, and takes the specs and the archive as they are. */
  async lookFirst(): Promise<void> {
    const { root } = this.#looker;
    this.#archived = new Set(await listArchivedIds(root));
    this.#specs = await this.#readSpecs();
    for (const id of await listChangeIds(root)) await this.lookAtChange(id, true);
  }

  /** Compares one change with what was told of it. */
  async lookAtChange(id: string, initial = false): Promise<void> {
    const { root, emit, isOwnWrite, isSettled } = this.#looker;
    const read = await readChangeBytes(root, folderOf(id), id);
    if (!initial && !(await isSettled(folderOf(id)))) return;
    if (read === undefined) return this.lookAtList();
    const before = this.#changes.get(id);
    const now = new Map(read.map(({ file, hash }) => [file, hash]));
    const changed = differences(before ?? new Map(), now);
    if (before !== undefined && changed.length === 0) return;
    this.#changes.set(id, now);
    this.#gone.delete(id);
    // every one is asked, also after a stranger's: each answer uses up one of our writes
    const ours = initial ? [] : changed.filter((file) => isOwnWrite(file, now.get(file)));
    emit({
      type: 'change-saved',
      change: id,
      contentHash: contentHash(folderOf(id), read),
      byUs: !initial && changed.length > 0 && ours.length === changed.length,
      savedAt: Math.max(0, ...read.map(({ mtimeMs }) => mtimeMs)),
      initial,
    });
  }

  /** Compares which changes there are: those that went, were archived, or came. */
  async lookAtList(): Promise<void> {
    const { root, emit, isSettled } = this.#looker;
    const ids = await listChangeIds(root);
    const archived = await listArchivedIds(root);
    if (!(await isSettled(changesFolder))) return;
    const fresh = archived.filter((name) => !this.#archived.has(name));
    this.#archived = new Set(archived);
    const left = [...this.#changes.keys()].filter((id) => !ids.includes(id));
    for (const id of [...left, ...this.#gone]) {
      const archivedAs = fresh.find((name) => withoutDate(name) === id);
      if (archivedAs !== undefined) emit({ type: 'change-archived', change: id, archivedAs });
      else if (left.includes(id)) emit({ type: 'change-gone', change: id });
      this.#forget(id, archivedAs !== undefined);
    }
    for (const id of ids) if (!this.#changes.has(id)) await this.lookAtChange(id);
  }

  async lookAtSpecs(): Promise<void> {
    const now = await this.#readSpecs();
    if (!(await this.#looker.isSettled(specsFolder))) return;
    const files = differences(this.#specs, now);
    this.#specs = now;
    if (files.length > 0) this.#looker.emit({ type: 'specs-saved', files });
  }

  #forget(id: string, archived: boolean): void {
    this.#changes.delete(id);
    this.#gone.delete(id);
    if (archived) return;
    this.#gone.add(id);
    const [oldest] = this.#gone;
    if (this.#gone.size > maxGone && oldest !== undefined) this.#gone.delete(oldest);
  }

  async #readSpecs(): Promise<Map<string, string>> {
    const { root } = this.#looker;
    const read = await readFiles(root, walkFiles(root, specsFolder) ?? []);
    return new Map(read.map(({ file, hash }) => [file, hash]));
  }
}

/** The files that were added, removed or have other bytes, sorted. */
function differences(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  const files = new Set([...before.keys(), ...now.keys()]);
  return [...files].filter((file) => before.get(file) !== now.get(file)).sort();
}

/** The id in `2026-11-23-add-export`. */
function withoutDate(name: string): string | undefined {
  return /^\d{4}-\d{2}-\d{2}-/.test(name) ? name.slice('2026-11-23-'.length) : undefined;
}
