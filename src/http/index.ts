export { createHttpApp, type HttpAppOptions } from './app.ts';
export { bullBoard } from './bull-board.ts';
export { loopbackHosts } from './host-header.ts';
export type { IdempotencyStore, StoredResponse } from './idempotency.ts';
export { type Listening, type ListenOptions, listen } from './listen.ts';
export type { HttpEnv, Place } from './place.ts';
export type { UnforeseenError } from './problem.ts';
export type { Upgrade } from './upgrade.ts';
