export type { RedisCheck } from './checks.ts';
export type { ConnectionKind, RedisConnectionOptions } from './connection.ts';
export { defaultCacheDir, findRedis } from './discovery.ts';
export type { RedisHandle } from './handle.ts';
export { type FolderLock, type LockHolder, lockFolder } from './lock.ts';
export { openRedis } from './open.ts';
