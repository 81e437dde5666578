import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import {
  type UpdateFacts,
  type UpdateRecord,
  updateFactsSchema,
  updateRecordSchema,
} from './update-record.ts';

const lineSchema = z.union([
  z.object({ update: updateRecordSchema }),
  z.object({ facts: updateFactsSchema }),
]);
type JournalLine = z.infer<typeof lineSchema>;

/**
 * The updates of a state folder: an append-only file of JSON lines, and what it says in memory. Several processes may
 * append; each takes in what the others wrote when it refreshes. A line that a crash cut short is skipped: every append
 * begins on a line of its own.
 */
export class UpdateJournal {
  readonly #file: FileHandle;
  readonly #records = new Map<string, UpdateRecord>();
  readonly #byPath = new Map<string, string[]>();
  readonly #byEdit = new Map<string, string[]>();
  readonly #revertedBy = new Map<string, string[]>();
  #offset = 0;
  #lane: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(path: string): Promise<UpdateJournal> {
    const journal = new UpdateJournal(await open(path, 'a+', 0o600));
    await journal.refresh();
    return journal;
  }

  /** Adds an update; one that is there already stays as it is. On disk when it resolves. */
  add(update: UpdateRecord): Promise<void> {
    return this.#append({ update });
  }

  learn(id: string, facts: UpdateFacts): Promise<void> {
    return this.#append({ facts: { id, ...facts } });
  }

  get(id: string): UpdateRecord | undefined {
    return this.#records.get(id);
  }

  /** Oldest first. */
  all(): Iterable<UpdateRecord> {
    return this.#records.values();
  }

  ofPath(path: string): UpdateRecord[] {
    return this.#named(this.#byPath.get(path));
  }

  ofEdit(editKey: string): UpdateRecord[] {
    return this.#named(this.#byEdit.get(editKey));
  }

  revertsOf(id: string): UpdateRecord[] {
    return this.#named(this.#revertedBy.get(id));
  }

  /** Takes in what was appended since, by this process or another. */
  refresh(): Promise<void> {
    return this.#inLane(() => this.#readRest());
  }

  close(): Promise<void> {
    return this.#inLane(() => this.#file.close());
  }

  #append(line: JournalLine): Promise<void> {
    return this.#inLane(async () => {
      await this.#file.appendFile(`\n${JSON.stringify(line)}\n`);
      await this.#file.datasync();
      await this.#readRest();
    });
  }

  /** Reads to the last whole line: another process may be in the middle of one. */
  async #readRest(): Promise<void> {
    const { size } = await this.#file.stat();
    if (size <= this.#offset) return;
    const rest = Buffer.alloc(size - this.#offset);
    const { bytesRead } = await this.#file.read(rest, 0, rest.length, this.#offset);
    const end = rest.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    this.#offset += end;
    for (const text of rest.subarray(0, end).toString('utf8').split('\n')) this.#take(text);
  }

  #take(text: string): void {
    const line = parseLine(text);
    if (line === undefined) return;
    if ('facts' in line) {
      const { id, ...facts } = line.facts;
      const known = this.#records.get(id);
      if (known !== undefined) this.#records.set(id, { ...known, ...facts });
      return;
    }
    const { update } = line;
    if (this.#records.has(update.id)) return;
    this.#records.set(update.id, update);
    push(this.#byPath, update.path, update.id);
    push(this.#byEdit, update.editKey, update.id);
    if (update.reverts !== undefined) push(this.#revertedBy, update.reverts, update.id);
  }

  #named(ids: readonly string[] = []): UpdateRecord[] {
    return ids.flatMap((id) => this.#records.get(id) ?? []);
  }

  #inLane<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#lane.then(work);
    this.#lane = result.catch(() => undefined);
    return result;
  }
}

function parseLine(text: string): JournalLine | undefined {
  if (text === '') return undefined;
  try {
    return lineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function push(index: Map<string, string[]>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, [id]);
  else ids.push(id);
}
