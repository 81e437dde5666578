import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { feedEventSchema, healthSchema, pageOf } from '../../../src/http/schemas.ts';
import {
  type ChangeDetail,
  changeDetailSchema,
  changeSummarySchema,
  type Question,
  questionSchema,
  type Update,
  updateSchema,
} from '../../../src/types/index.ts';

const changes = pageOf(changeSummarySchema);
const questions = pageOf(questionSchema);
const updates = pageOf(updateSchema);

const patienceMs = 45_000;

/** A worker's API on its Unix socket, as another program uses it. Answers are parsed; a status of 400 or more throws. */
export class Api {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  async get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    return schema.parse(JSON.parse(await this.#text('GET', path)));
  }

  async post<Schema extends z.ZodType>(
    path: string,
    body: object,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    return schema.parse(JSON.parse(await this.#text('POST', path, body)));
  }

  health() {
    return this.get('/health', healthSchema);
  }

  change(id: string): Promise<ChangeDetail> {
    return this.get(`/api/changes/${id}`, changeDetailSchema);
  }

  /** the questions of a change, in every state */
  async questionsOf(change: string): Promise<Question[]> {
    return (await this.change(change)).questions;
  }

  /** the active ones */
  changes() {
    return this.get('/api/changes?limit=1000', changes);
  }

  /** the open ones, or all that were ever asked, of every change and of none */
  questions(which: 'open' | 'all' = 'open') {
    return this.get(`/api/questions?limit=1000${which === 'all' ? '&state=all' : ''}`, questions);
  }

  async updates(): Promise<Update[]> {
    return (await this.get('/api/updates?limit=1000', updates)).items;
  }

  /**
   * Looks now and after every event of the feed, until there is something to see.
   *
   * @param what names it in the error when it does not come
   */
  async until<Seen>(what: string, look: () => Promise<Seen | undefined | false>): Promise<Seen> {
    const feed = await this.stream('/api/events?after=0-0');
    let stirred: (() => void) | undefined;
    let isStirred = false;
    feed.on('data', () => {
      isStirred = true;
      stirred?.();
    });
    const timeout = AbortSignal.timeout(patienceMs);
    const lost = new Promise<never>((_, reject) => {
      feed.once('close', () => reject(new Error(`the feed ended before: ${what}`)));
      timeout.addEventListener('abort', () => reject(new Error(`did not come: ${what}`)));
    });
    lost.catch(() => {});
    try {
      for (;;) {
        isStirred = false;
        const seen = await look();
        if (seen !== undefined && seen !== false) return seen;
        const next = new Promise<void>((resolve) => {
          stirred = resolve;
        });
        if (!isStirred) await Promise.race([next, lost]);
      }
    } finally {
      feed.destroy();
    }
  }

  /** Every active change has come to rest. */
  settled(count: number) {
    return this.until('all changes settled', async () => {
      const { items } = await this.changes();
      return items.length === count && items.every(({ state }) => state === 'settled') && items;
    });
  }

  /** A change has settled after more rounds than these. */
  settledAgain(change: string, rounds = 0): Promise<ChangeDetail> {
    return this.until(`${change} settled after round ${rounds}`, async () => {
      const found = await this.change(change);
      return found.state === 'settled' && found.rounds > rounds && found;
    });
  }

  /**
   * The three changes of the example have settled, and so did what the archivist answered: one question of the gift
   * cards is written into its design, and our own write was gone through.
   */
  async restedAfterArchivist(count = 3) {
    await this.until('the answer of the archivist', async () => {
      const { state, rounds, questions: asked, updates: made } = await this.change('add-gift-cards');
      const isWritten = made.some((update) => update.state === 'applied');
      return state === 'settled' && rounds > 1 && asked.length === 2 && isWritten;
    });
    return this.settled(count);
  }

  /** The next update, none of those that are known, comes to a state. It listens to what was told already, too. */
  async updateComesTo(state: string, known: readonly Update[]): Promise<void> {
    const feed = await this.stream('/api/events?after=0-0');
    const before = new Set(known.map(({ id }) => `update/${id}`));
    for await (const line of createInterface({ input: feed })) {
      if (!line.startsWith('data: ')) continue;
      const { machine, actor, to } = feedEventSchema.parse(JSON.parse(line.slice('data: '.length)));
      if (machine === 'documentUpdate' && to === state && !before.has(actor)) break;
    }
    feed.destroy();
  }

  /** An open answer: its body as it comes. */
  stream(path: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = request({ socketPath: this.#socketPath, path, agent: false }, (response) => {
        response.setEncoding('utf8');
        response.on('error', () => {});
        resolve(response);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  }

  #text(method: string, path: string, body?: object): Promise<string> {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const to = { socketPath: this.#socketPath, method, path, headers, agent: false };
      const outgoing = request(to, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const { statusCode = 0 } = response;
          if (statusCode < 400) resolve(text);
          else reject(new Error(`${method} ${path} answered ${statusCode}: ${text}`));
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
