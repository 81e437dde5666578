import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type ActorKeys, actorKeys, actorOf, partitionCount, partitionKeys } from './keys.ts';
import { parseEntry, type StoredEntry } from './outbox.ts';
import { type ActorRecord, type ActorStatus, type Parent, parseRecord } from './record.ts';
import { absentScript } from './scripts/absent.ts';
import { commitScript } from './scripts/commit.ts';
import { dueScript } from './scripts/due.ts';
import { Script } from './scripts/run.ts';
import { settleScript } from './scripts/settle.ts';

/** One event of a commit: who it is from, and what it makes of the record. */
export interface CommitEvent {
  fence?: string;
  timer?: boolean;
  key?: string;
  keyAt?: number;
  from?: string;
  number?: number;
  /** the history entry, JSON; absent when the machine ignored a client's or an actor's event */
  entry?: string;
  add?: { id: string; value: string; delayMs?: number }[];
  remove?: string[];
  revoke?: { id: string; value: string }[];
  outbox?: { id: string; value: string; to?: string }[];
}

export interface CommitRequest {
  actor: string;
  create: boolean;
  parent?: Parent;
  head: string;
  machine: string;
  version: string;
  horizonMs: number;
  /** how many history entries of the actor are kept, the newest; at least 1 */
  historyLimit: number;
  events: CommitEvent[];
  next?: { head: string; value: string; status: ActorStatus; output?: string; error?: string };
}

export const eventVerdictSchema = z.enum(['go', 'stale', 'early', 'duplicate', 'too-old', 'later']);
export type EventVerdict = z.infer<typeof eventVerdictSchema>;

export type CommitReply =
  | { kind: 'ok'; head: string; nowMs: number; numbers: Record<string, number> }
  | { kind: 'verdicts'; verdicts: EventVerdict[] }
  | { kind: 'conflict' | 'exists' | 'absent' | 'orphan' | 'ended' };

const okReply = z.tuple([z.literal('ok'), z.string(), z.string(), z.string()]);
const verdictsReply = z.tuple([z.literal('verdicts'), z.string()]);
const plainReply = z.tuple([z.enum(['conflict', 'exists', 'absent', 'orphan', 'ended'])]).rest(z.unknown());
const absentReply = z.enum(['there', 'absent', 'duplicate', 'later']);
const numbersSchema = z.record(z.string(), z.number());

const commit = new Script(commitScript);
const settle = new Script(settleScript);
const due = new Script(dueScript);
const absent = new Script(absentScript);

/** The actors in Redis: the only place where the runtime's writes are made. */
export class ActorStore {
  readonly #redis: Redis;
  readonly #namespace: string;

  constructor(redis: Redis, namespace: string) {
    this.#redis = redis;
    this.#namespace = namespace;
  }

  keysOf(actor: string): ActorKeys {
    return actorKeys(this.#namespace, actor);
  }

  async load(actor: string): Promise<ActorRecord | undefined> {
    return parseRecord(actor, await this.#redis.hgetall(this.keysOf(actor).record));
  }

  /** The verdict that a client's key got, while it is remembered. */
  async verdictOf(actor: string, key: string): Promise<string | undefined> {
    return (await this.#redis.hget(this.keysOf(actor).record, `k:${key}`)) ?? undefined;
  }

  async commit(request: CommitRequest, snapshot: string): Promise<CommitReply> {
    const k = this.keysOf(request.actor);
    const keys = [k.record, k.history, k.seen, k.outbox, k.timers, k.running, k.index];
    const reply = await commit.run(this.#redis, keys, [JSON.stringify(request), snapshot, k.prefix]);
    const ok = okReply.safeParse(reply);
    if (ok.success) {
      const [, head, nowMs, numbers] = ok.data;
      return { kind: 'ok', head, nowMs: Number(nowMs), numbers: numbersSchema.parse(JSON.parse(numbers)) };
    }
    const verdicts = verdictsReply.safeParse(reply);
    if (verdicts.success) {
      return { kind: 'verdicts', verdicts: z.array(eventVerdictSchema).parse(JSON.parse(verdicts.data[1])) };
    }
    return { kind: plainReply.parse(reply)[0] };
  }

  /** The sink's answer for an actor that was stopped while it was writing. */
  async settle(actor: string, effectId: string): Promise<boolean> {
    const k = this.keysOf(actor);
    return (await settle.run(this.#redis, [k.record, k.running], [effectId, actor])) === 'settled';
  }

  /** What an event of a peer is to an actor that is not there. */
  async absent(actor: string, peer: { from: string; number: number }): Promise<z.infer<typeof absentReply>> {
    const { record } = this.keysOf(actor);
    const parent = actorOf(actor);
    const isChild = parent !== '';
    const keys = [record, isChild ? this.keysOf(parent).record : record];
    const args = [peer.from, peer.number, isChild ? actor : ''];
    return absentReply.parse(await absent.run(this.#redis, keys, args));
  }

  async fence(actor: string, effectId: string): Promise<string | undefined> {
    return (await this.#redis.hget(this.keysOf(actor).record, `f:${effectId}`)) ?? undefined;
  }

  /** The entries of a partition's outbox that are older than `olderThanMs`, oldest first. */
  async outbox(partition: number, olderThanMs: number): Promise<StoredEntry[]> {
    const { outbox } = partitionKeys(this.#namespace, partition);
    const [seconds] = await this.#redis.time();
    const entries = Object.entries(await this.#redis.hgetall(outbox)).map(([id, stored]) =>
      parseEntry(id, stored),
    );
    const limitMs = Number(seconds) * 1000 - olderThanMs;
    return entries
      .filter(({ atMs }) => atMs <= limitMs)
      .sort((a, b) => a.atMs - b.atMs || a.number - b.number);
  }

  async deleteEntry(actor: string, entryId: string): Promise<void> {
    await this.#redis.hdel(this.keysOf(actor).outbox, entryId);
  }

  /** A page of the timers that are due by Redis's clock, earliest first, and how long until the next one. */
  async due(
    partition: number,
    page: { offset: number; limit: number },
  ): Promise<{ due: string[]; nextInMs: number | undefined }> {
    const { timers } = partitionKeys(this.#namespace, partition);
    const reply = await due.run(this.#redis, [timers], [page.offset, page.limit]);
    const [waitMs, ...ids] = z.tuple([z.number()]).rest(z.string()).parse(reply);
    return { due: ids, nextInMs: waitMs < 0 ? undefined : waitMs };
  }

  /** Actors whose effects or children have run for longer than `olderThanMs`, and marks them as looked at now. */
  async running(partition: number, olderThanMs: number): Promise<string[]> {
    const { running } = partitionKeys(this.#namespace, partition);
    const [seconds] = await this.#redis.time();
    const nowMs = Number(seconds) * 1000;
    const actors = await this.#redis.zrangebyscore(running, '-inf', nowMs - olderThanMs, 'LIMIT', 0, 200);
    for (const actor of actors) await this.#redis.zadd(running, 'XX', nowMs, actor);
    return actors;
  }

  /** Ids of actors, the one that changed last first. `before` is a cursor from an earlier page. */
  async list(options: {
    machine?: string;
    limit: number;
    before?: { atMs: number; id: string };
  }): Promise<{ id: string; atMs: number }[]> {
    const all: { id: string; atMs: number }[] = [];
    const pages = Array.from({ length: partitionCount }, (_, partition) =>
      this.#redis.zrevrangebyscore(
        partitionKeys(this.#namespace, partition).index,
        options.before?.atMs ?? '+inf',
        '-inf',
        'WITHSCORES',
      ),
    );
    for (const page of await Promise.all(pages)) {
      for (let at = 0; at + 1 < page.length; at += 2) {
        const member = page[at] ?? '';
        const mark = member.indexOf('|');
        if (options.machine !== undefined && member.slice(0, mark) !== options.machine) continue;
        all.push({ id: member.slice(mark + 1), atMs: Number(page[at + 1]) });
      }
    }
    all.sort((a, b) => b.atMs - a.atMs || (a.id < b.id ? -1 : 1));
    const { before } = options;
    const from =
      before === undefined
        ? 0
        : all.findIndex(({ id, atMs }) => atMs < before.atMs || (atMs === before.atMs && id > before.id));
    return from === -1 ? [] : all.slice(from, from + options.limit);
  }

  /** Raw history entries `<ms>|<json>`, oldest first. */
  async history(actor: string): Promise<string[]> {
    return this.#redis.lrange(this.keysOf(actor).history, 0, -1);
  }

  /** Binds a version to its definition. Answers the hash that is stored. */
  async bindVersion(machine: string, version: string, hash: string): Promise<string> {
    const key = `${this.#namespace}:machines`;
    await this.#redis.hsetnx(key, `${machine}@${version}`, hash);
    return (await this.#redis.hget(key, `${machine}@${version}`)) ?? hash;
  }

  /** Adds to a counter that all processes share. */
  async count(name: string, by = 1): Promise<void> {
    await this.#redis.hincrby(`${this.#namespace}:counters`, name, by);
  }

  async counters(): Promise<Record<string, number>> {
    const stored = await this.#redis.hgetall(`${this.#namespace}:counters`);
    return Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, Number(value)]));
  }
}
