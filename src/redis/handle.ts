import type { Redis } from 'ioredis';
import type { RedisCheck } from './checks.ts';
import type { ConnectionKind, RedisConnectionOptions } from './connection.ts';

/** An open Redis: an embedded one that we look after, or somebody's own behind REDIS_URL. */
export interface RedisHandle {
  /** one line for people: where Redis came from */
  readonly origin: string;
  readonly version: string;
  readonly embedded: boolean;
  /** true when an embedded one was already running: it outlived its worker, or another worker uses it */
  readonly adopted: boolean;
  /** the server's process, where it is embedded; another one after it was started again */
  readonly pid?: number;
  readonly connection: RedisConnectionOptions;
  /** a client of its own, which reconnects by itself and is disconnected by `close` */
  connect(kind: ConnectionKind, name: string): Redis;
  checks(): Promise<RedisCheck[]>;
  /** ends the embedded server when nobody else uses it, and waits; leaves a foreign one alone */
  close(): Promise<void>;
}
