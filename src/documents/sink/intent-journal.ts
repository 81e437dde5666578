import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import { writeDurably } from '../store/durable-file.ts';

/** What is about to be done to a file: fsynced before the first byte. Hashes are those of `contentHash`. */
const intentSchema = z.object({
  path: z.string(),
  before: z.string(),
  after: z.string(),
  /** the name of the temporary file beside it */
  temporary: z.string(),
});
export type Intent = z.infer<typeof intentSchema>;

const entrySchema = z.object({
  effectId: z.string(),
  /** ms since the epoch, for pruning only */
  at: z.number(),
  intent: intentSchema.optional(),
  /** work that is no write of ours was begun (a commit) */
  begun: z.literal(true).optional(),
  /** what the effect was told: from then on its only answer. Null takes an intent back that came to nothing. */
  answer: z.unknown().optional(),
});
export type JournalEntry = z.infer<typeof entrySchema>;

/** A disk that becomes full takes a part without a word, and refuses only the next one. */
async function writeWhole(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

/**
 * What every effect at this root intended and was answered. Only used under the root's lock, so a last line without an
 * end is that of a writer who died: it never counted.
 */
export class IntentJournal {
  readonly #path: string;
  readonly #entries = new Map<string, JournalEntry>();
  #file: FileHandle | undefined;
  #inode = 0n;
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes in what other processes wrote since this one held the lock. */
  async refresh(): Promise<void> {
    const file = await this.#current();
    const { size } = await file.stat();
    if (size < this.#offset) this.#forget();
    const rest = Buffer.alloc(size - this.#offset);
    const { bytesRead } = await file.read(rest, 0, rest.length, this.#offset);
    const end = rest.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    if (this.#offset + end < size) await file.truncate(this.#offset + end);
    this.#offset += end;
    for (const line of rest.subarray(0, end).toString('utf8').split('\n')) {
      if (line !== '') this.#take(entrySchema.parse(JSON.parse(line)));
    }
  }

  get(effectId: string): JournalEntry | undefined {
    return this.#entries.get(effectId);
  }

  /** Writes whose outcome nobody noted: their writer died. */
  open(): { effectId: string; intent: Intent }[] {
    return [...this.#entries.values()].flatMap(({ effectId, intent, answer }) =>
      intent === undefined || answer !== undefined ? [] : [{ effectId, intent }],
    );
  }

  /** On disk when it resolves. */
  async note(entry: Omit<JournalEntry, 'at'>): Promise<void> {
    const line = { ...entry, at: Date.now() };
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    const file = await this.#current();
    try {
      await writeWhole(file, bytes, this.#offset);
      await file.datasync();
    } catch (error) {
      // The next line stands here: what a full disk took of this one must not stick out behind it.
      await file.truncate(this.#offset);
      throw error;
    }
    this.#offset += bytes.length;
    this.#take(line);
  }

  /** Leaves out entries that are answered and of which `gone` says so. */
  async prune(gone: (entry: JournalEntry) => Promise<boolean>): Promise<number> {
    const kept: JournalEntry[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.answer === undefined || !(await gone(entry))) kept.push(entry);
    }
    const pruned = this.#entries.size - kept.length;
    if (pruned > 0)
      await writeDurably(this.#path, kept.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    await this.refresh();
    return pruned;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  #take(entry: JournalEntry): void {
    const known = this.#entries.get(entry.effectId);
    const merged = { ...known, ...entry };
    if (entry.answer === null) this.#entries.delete(entry.effectId);
    else this.#entries.set(entry.effectId, merged);
  }

  /** The file that has the name now: another process may have pruned, which replaces it. */
  async #current(): Promise<FileHandle> {
    const named = await open(this.#path, 'a', 0o600);
    const { ino } = await named.stat({ bigint: true });
    await named.close();
    if (this.#file !== undefined && ino === this.#inode) return this.#file;
    await this.close();
    this.#forget();
    this.#inode = ino;
    this.#file = await open(this.#path, 'r+');
    return this.#file;
  }

  #forget(): void {
    this.#entries.clear();
    this.#offset = 0;
  }
}
