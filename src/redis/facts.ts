import type { Redis } from 'ioredis';
import { z } from 'zod';

/** What a Redis says about itself. Undefined is what it would not say: managed ones forbid CONFIG. */
export interface RedisFacts {
  product: 'Redis' | 'Valkey';
  /** the Redis version it speaks for; Valkey's own stands in `productVersion` */
  version: string | undefined;
  productVersion: string | undefined;
  pid: number | undefined;
  evictionPolicy: string | undefined;
  aofEnabled: boolean | undefined;
  appendfsync: string | undefined;
}

/** Asks a Redis for its facts; what it forbids stays undefined. */
export async function readFacts(client: Redis): Promise<RedisFacts> {
  const info = parseInfo(await client.info().catch(whenForbidden('')));
  const pid = Number(info.get('process_id'));
  const aof = info.get('aof_enabled');
  const valkey = info.get('valkey_version');
  return {
    product: valkey === undefined ? 'Redis' : 'Valkey',
    version: info.get('redis_version'),
    productVersion: valkey ?? info.get('redis_version'),
    pid: Number.isSafeInteger(pid) && pid > 0 ? pid : undefined,
    evictionPolicy: info.get('maxmemory_policy') ?? (await readSetting(client, 'maxmemory-policy')),
    aofEnabled: aof === undefined ? undefined : aof === '1',
    appendfsync: await readSetting(client, 'appendfsync'),
  };
}

/** One CONFIG setting, or undefined when CONFIG is forbidden or knows no such setting. */
export async function readSetting(client: Redis, name: string): Promise<string | undefined> {
  const reply: unknown = await client.config('GET', name).catch(whenForbidden([]));
  const pairs = settingReply.safeParse(reply);
  return pairs.success ? pairs.data.get(name) : undefined;
}

/** CONFIG GET's reply: a flat list, or an object where the connection maps replies. */
const settingReply = z.union([
  z.array(z.string()).transform((flat) => {
    const map = new Map<string, string>();
    for (let at = 0; at + 1 < flat.length; at += 2) map.set(flat[at] ?? '', flat[at + 1] ?? '');
    return map;
  }),
  z.record(z.string(), z.string()).transform((record) => new Map(Object.entries(record))),
]);

function parseInfo(text: string): Map<string, string> {
  const map = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) map.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return map;
}

/** A refused command is an answer; a lost connection is not. */
function whenForbidden<T>(instead: T): (error: Error) => T {
  return (error) => {
    if (error.name === 'ReplyError' && /^(NOPERM|ERR unknown|ERR .*not allowed)/i.test(error.message))
      return instead;
    throw error;
  };
}
