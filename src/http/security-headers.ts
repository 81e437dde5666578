import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from './place.ts';

const OUR_PAGES =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** bull-board sets styles from script and asks a font host of the internet: the styles are allowed, the host is not. */
const QUEUE_PAGES =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'self'";

/** Headers that keep a page to itself, on every response. */
export function securityHeaders(): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    await next();
    c.header('content-security-policy', c.req.path.startsWith('/queues') ? QUEUE_PAGES : OUR_PAGES);
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'no-referrer');
    c.header('cross-origin-resource-policy', 'same-origin');
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  };
}
