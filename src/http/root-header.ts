import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from './place.ts';

/** Percent-encoded: a path may hold what a header may not. */
export const ROOT_HEADER = 'specloop-root';

/** Tells clients of the Unix socket which root they talk to; TCP clients may be anyone. */
export function rootHeader(root: string): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    await next();
    if (c.env?.place?.kind === 'socket') c.header(ROOT_HEADER, encodeURIComponent(root));
  };
}
